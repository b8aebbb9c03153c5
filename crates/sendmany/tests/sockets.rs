//! Both ways of writing, on real sockets: what arrives, in which order, and what is said of sockets
//! that are full or gone.

use std::io::Read;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsFd;

use rustix::io::Errno;
use sendmany::{BATCH, Send, Sender};

fn both_ways() -> Vec<Sender> {
    let batched = Sender::new(true);
    let plain = Sender::new(false);
    assert!(!plain.is_batched());
    if !batched.is_batched() {
        println!("no io_uring here: only one of the two ways is tested");
    }
    vec![batched, plain]
}

/// Our end and the other's.
fn pair(listener: &TcpListener) -> (TcpStream, TcpStream) {
    let ours = TcpStream::connect(listener.local_addr().expect("an address")).expect("connects");
    let (theirs, _) = listener.accept().expect("accepted");
    (ours, theirs)
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").expect("a free port")
}

/// Writes until the kernel takes no more; the socket may block, the write must not.
fn fill(socket: &TcpStream) {
    let bytes = [0; 65_536];
    while sendmany::send(socket.as_fd(), &bytes).is_ok() {}
    assert_eq!(sendmany::send(socket.as_fd(), &bytes), Err(Errno::AGAIN));
}

#[test]
fn each_socket_gets_its_own_bytes_in_order() {
    let listener = listener();
    let pairs: Vec<_> = (0..2 * BATCH + 7).map(|_| pair(&listener)).collect();
    for mut sender in both_ways() {
        for round in 0..3 {
            // Every fifth has nothing to say.
            let text = |index: usize| format!("{index}/{round}/{}", "x".repeat(index % 90));
            let texts: Vec<_> =
                (0..pairs.len()).map(|i| (i % 5 != round).then(|| text(i))).collect();
            let sends = pairs.iter().zip(&texts).map(|((ours, _), text)| {
                Some(Send { socket: ours.as_fd(), bytes: text.as_ref()?.as_bytes() })
            });
            let written = sender.send_all(sends);
            let expected: Vec<_> = texts.iter().map(|t| t.as_ref().map(|t| Ok(t.len()))).collect();
            assert_eq!(written.to_vec(), expected);
            for ((_, theirs), text) in pairs.iter().zip(texts.iter()) {
                let Some(text) = text else { continue };
                let mut got = vec![0; text.len()];
                (&*theirs).read_exact(&mut got).expect("arrives");
                assert_eq!(String::from_utf8_lossy(&got), *text);
            }
        }
        for (_, theirs) in &pairs {
            theirs.set_nonblocking(true).expect("set");
            let more = (&*theirs).read(&mut [0; 8]).expect_err("nothing twice");
            assert_eq!(more.kind(), std::io::ErrorKind::WouldBlock);
            theirs.set_nonblocking(false).expect("set");
        }
    }
}

#[test]
fn one_socket_in_one_call_keeps_the_order_of_its_bytes() {
    let (ours, mut theirs) = pair(&listener());
    for mut sender in both_ways() {
        let words: Vec<_> = (0..100).map(|word| format!("{word};")).collect();
        let sends =
            words.iter().map(|word| Some(Send { socket: ours.as_fd(), bytes: word.as_bytes() }));
        assert!(sender.send_all(sends).iter().all(|w| matches!(w, Some(Ok(2 | 3)))));
        let mut got = vec![0; words.concat().len()];
        theirs.read_exact(&mut got).expect("arrives");
        assert_eq!(String::from_utf8_lossy(&got), words.concat());
    }
}

#[test]
fn a_full_socket_and_a_dead_one_hold_nobody_up() {
    for mut sender in both_ways() {
        let listener = listener();
        let [full, dead, well] = [(); 3].map(|()| pair(&listener));
        fill(&full.0);
        dead.0.shutdown(Shutdown::Write).expect("shut");
        let to = |socket: &'static str| Some(socket.as_bytes());
        let sends = [(&full.0, to("a")), (&dead.0, to("b")), (&well.0, None), (&well.0, to("c"))];
        let sends =
            sends.map(|(socket, bytes)| bytes.map(|bytes| Send { socket: socket.as_fd(), bytes }));
        let written = sender.send_all(sends.into_iter());
        let expected = [Some(Err(Errno::AGAIN)), Some(Err(Errno::PIPE)), None, Some(Ok(1))];
        assert_eq!(written.to_vec(), expected);
        let mut got = [0];
        (&well.1).read_exact(&mut got).expect("arrives");
        assert_eq!(got, *b"c");
    }
}

#[test]
fn what_does_not_fit_is_taken_in_part() {
    for mut sender in both_ways() {
        let listener = listener();
        let ((large, mut reader), small) = (pair(&listener), pair(&listener));
        let bytes: Vec<u8> = (0..64 << 20).map(|at: u32| (at % 251) as u8).collect();
        let sends = [(&large, &bytes[..]), (&small.0, &b"s"[..])];
        let sends = sends.map(|(socket, bytes)| Some(Send { socket: socket.as_fd(), bytes }));
        let written = sender.send_all(sends.into_iter());
        let Some(Ok(taken)) = written[0] else { panic!("{written:?}") };
        assert!(0 < taken && taken < bytes.len(), "{taken} bytes");
        assert_eq!(written[1], Some(Ok(1)));
        drop(large);
        let mut got = Vec::new();
        reader.read_to_end(&mut got).expect("arrives");
        assert!(got == bytes[..taken], "{} bytes arrived, {taken} were taken", got.len());
    }
}
