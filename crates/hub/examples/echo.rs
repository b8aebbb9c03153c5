//! Says back what it is told, so that the Autobahn cases can try the hub's protocol. A test build
//! only: it speaks just enough HTTP for an upgrade. Must not know anything of Parlor's messages.
//!
//! `echo [ADDRESS]` prints `listening on ADDRESS` once it is ready; port 0 picks a free one.

use std::{
    env,
    error::Error,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, OnceLock},
    thread,
    time::Duration,
};

use bytes::Bytes;
use hub::{AttachOptions, CloseInfo, ConnId, Frame, Handler, Hub, HubConfig, HubLimits};
use tungstenite::handshake::{
    machine::TryParse,
    server::{Request, create_response, write_response},
};

/// Bytes of the largest message of the Autobahn cases, and some.
const LARGEST: usize = 20 << 20;
/// Bytes of a request that nobody sends.
const REQUEST: usize = 16 << 10;

#[derive(Default)]
struct Echo(OnceLock<Hub>);

impl Echo {
    fn hub(&self) -> &Hub {
        self.0.get_or_init(|| unreachable!("set before the first socket is attached"))
    }
}

impl Handler for Echo {
    fn on_message(&self, conn: ConnId, text: &str) {
        self.hub().send(conn, Frame::text(text));
    }

    fn on_binary(&self, conn: ConnId, data: &[u8]) {
        self.hub().send(conn, Frame::binary(data));
    }

    fn on_close(&self, _conn: ConnId, _why: &CloseInfo) {}
}

fn config() -> HubConfig {
    let limits = HubLimits {
        inbound_message: LARGEST,
        messages_per_second: 0,
        direct_queue: 100_000,
        outbox_bytes: 8 * LARGEST,
        ..HubLimits::default()
    };
    // The cases do not expect pings: make even a jittered one unlikely.
    let heartbeat = Duration::from_secs(3600 * 10_000);
    HubConfig {
        limits,
        heartbeat,
        silent: 2 * heartbeat,
        compression: true,
        compress_from: 0,
        binary: true,
        ..HubConfig::default()
    }
}

fn upgrade(hub: &Hub, mut stream: TcpStream) -> Result<(), Box<dyn Error>> {
    let mut buffer = Vec::new();
    let (size, request) = loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece)?;
        buffer.extend_from_slice(&piece[..count]);
        if let Some(parsed) = Request::try_parse(&buffer)? {
            break parsed;
        }
        if count == 0 || buffer.len() > REQUEST {
            return Err("no request".into());
        }
    };
    let mut response = create_response(&request)?;
    let offers: Vec<&str> = request
        .headers()
        .get_all("sec-websocket-extensions")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let agreed = hub.negotiate(&offers.join(","));
    if let Some((_, answer)) = &agreed {
        response.headers_mut().insert("sec-websocket-extensions", answer.parse()?);
    }
    let mut head = Vec::new();
    write_response(&mut head, &response)?;
    stream.write_all(&head)?;
    let leftover = Bytes::copy_from_slice(&buffer[size..]);
    let deflate = agreed.map(|(deflate, _)| deflate);
    hub.attach(stream, leftover, AttachOptions { deflate, ..AttachOptions::default() })?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let listener = TcpListener::bind(address)?;
    let echo = Arc::new(Echo::default());
    let hub = Hub::start(config(), echo.clone())?;
    echo.0.set(hub.clone()).map_err(|_| "set once")?;
    println!("listening on {}", listener.local_addr()?);
    for stream in listener.incoming() {
        let (hub, stream) = (hub.clone(), stream?);
        thread::spawn(move || {
            if let Err(error) = upgrade(&hub, stream) {
                eprintln!("upgrade: {error}");
            }
        });
    }
    Ok(())
}
