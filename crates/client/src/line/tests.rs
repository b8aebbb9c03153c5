//! The line against a server of three sentences. Must not know what is said on it.

use std::convert::Infallible;

use tokio::net::TcpListener;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::*;

/// Whatever should happen happens long before.
const PATIENCE: Duration = Duration::from_secs(20);

/// Says these texts to each who comes, and closes with these codes, one after the other.
async fn serve(listener: TcpListener, texts: &[&'static str], codes: &[u16]) -> Infallible {
    for code in codes {
        let stream = listener.accept().await.unwrap().0;
        #[expect(clippy::result_large_err, reason = "the library's own type of a refusal")]
        let protocol = |_: &Request, mut response: Response| {
            let ours = tungstenite::http::HeaderValue::from_static(protocol::SUBPROTOCOL);
            response.headers_mut().insert("sec-websocket-protocol", ours);
            Ok(response)
        };
        let mut socket = accept_hdr_async(stream, protocol).await.unwrap();
        for text in texts {
            socket.send(Message::text(*text)).await.unwrap();
        }
        let frame = CloseFrame { code: CloseCode::from(*code), reason: "word".into() };
        socket.close(Some(frame)).await.unwrap();
        while socket.next().await.is_some_and(|message| message.is_ok()) {}
    }
    std::future::pending().await
}

/// All that is heard until the end, in short.
async fn heard(api: Api) -> Vec<String> {
    let (mut line, mut all) = (Line::new(api), Vec::new());
    loop {
        let next = tokio::time::timeout(PATIENCE, line.next(|| "/ws".to_owned())).await;
        let next = next.unwrap_or_else(|_| panic!("nothing came after {all:?}"));
        let Some(heard) = next else { return all };
        assert!(all.len() < 20, "it does not end: {all:?}");
        all.push(match heard {
            Heard::Connected => "connected".to_owned(),
            Heard::Message(message) => message["type"].as_str().unwrap().to_owned(),
            Heard::Lost(why, _) => format!("lost: {why}"),
            Heard::Closed(why) => format!("closed: {why}"),
        });
    }
}

/// The same of a server that says this.
async fn heard_of(texts: &[&'static str], codes: &[u16]) -> Vec<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let api = Api::new(&base, Some("token".to_owned()));
    tokio::select! {
        all = heard(api) => all,
        never = serve(listener, texts, codes) => match never {},
    }
}

const ACK: &str = r#"{"type":"ack"}"#;
const ERROR: &str = r#"{"type":"error"}"#;

#[tokio::test]
async fn it_is_connected_once_the_server_has_taken_it() {
    let all = heard_of(&[ACK, ERROR], &[4480, 4504]).await;
    let once = ["connected", "ack", "error"];
    assert_eq!(all, [&once[..], &["lost: 4480 word"], &once[..], &["closed: 4504 word"]].concat());
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_the_end() {
    assert_eq!(heard_of(&[ERROR], &[4401]).await, ["error", "closed: 4401 word"]);
    let ended = heard_of(&[ACK], &[4401]).await;
    assert_eq!(ended, ["connected", "ack", "closed: 4401 word"]);
}

#[tokio::test]
async fn what_is_no_address_or_no_token_is_the_end() {
    for base in
        ["", "localhost:8080", "ftp://host", "http://", "http://host:99999", "http://a b", "ws://x"]
    {
        let all = heard(Api::new(base, None)).await;
        assert!(all.len() == 1 && all[0].contains("is no address"), "{base}: {all:?}");
    }
    let all = heard(Api::new("http://127.0.0.1:1", Some("a\nb".to_owned()))).await;
    assert_eq!(all, ["closed: the token is malformed"]);
}
