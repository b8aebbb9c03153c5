//! The parser against whole frames, every way of cutting them, and what is forbidden.

use super::*;
use crate::deflate::Window;

const RULES: Rules = Rules { limit: 300, deflate: false, binary: true };
const FIN: u8 = 0x80;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Owned {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    Close(u16, String),
}

fn own(incoming: &Incoming<'_>) -> Owned {
    match incoming {
        Incoming::Text(text) => Owned::Text((*text).to_owned()),
        Incoming::Binary(data) => Owned::Binary(data.to_vec()),
        Incoming::Ping(data) => Owned::Ping(data.to_vec()),
        Incoming::Pong => Owned::Pong,
        Incoming::Close(code, reason) => Owned::Close(*code, (*reason).to_owned()),
    }
}

/// A masked frame.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x12, 0x34, 0x56, 0x78];
    let mut out = vec![first];
    match payload.len() {
        n @ 0..126 => out.push(0x80 | n as u8),
        n @ 126..65536 => {
            out.push(0x80 | 126);
            out.extend((n as u16).to_be_bytes());
        }
        n => {
            out.push(0x80 | 127);
            out.extend((n as u64).to_be_bytes());
        }
    }
    out.extend(mask);
    out.extend(payload.iter().zip(mask.iter().cycle()).map(|(b, m)| b ^ m));
    out
}

/// Everything said in `chunks`, or the violation that ended it, with what was said before.
fn parse(chunks: &[&[u8]], rules: Rules) -> (Vec<Owned>, Option<Violation>, Inbound) {
    let (mut inbound, mut inflater, mut said) =
        (Inbound::default(), Inflater::default(), Vec::new());
    for chunk in chunks {
        let mut chunk = chunk.to_vec();
        let mut at = 0;
        loop {
            match inbound.next(&mut chunk[at..], rules, &mut inflater) {
                Ok((used, incoming)) => {
                    at += used;
                    match incoming {
                        Some(incoming) => said.push(own(&incoming)),
                        None => break,
                    }
                }
                Err(violation) => return (said, Some(violation), inbound),
            }
        }
        assert_eq!(at, chunk.len());
    }
    (said, None, inbound)
}

fn conversation() -> (Vec<u8>, Vec<Owned>) {
    let long = "ö".repeat(140);
    let mut bytes = Vec::new();
    for part in [
        frame(FIN | 1, b"hello"),
        frame(FIN | 1, b""),
        frame(FIN | 9, b"p1"),
        frame(1, "käs".as_bytes().split_at(2).0),
        frame(FIN | 9, b""),
        frame(0, &"käs".as_bytes()[2..3]),
        frame(0, b""),
        frame(FIN, &"käs".as_bytes()[3..]),
        frame(FIN | 2, &[0xff; 126]),
        frame(FIN | 10, b"x"),
        frame(FIN | 1, long.as_bytes()),
        frame(FIN | 8, b"\x03\xe8bye"),
    ] {
        bytes.extend(part);
    }
    let said = vec![
        Owned::Text("hello".into()),
        Owned::Text(String::new()),
        Owned::Ping(b"p1".into()),
        Owned::Ping(Vec::new()),
        Owned::Text("käs".into()),
        Owned::Binary(vec![0xff; 126]),
        Owned::Pong,
        Owned::Text(long),
        Owned::Close(1000, "bye".into()),
    ];
    (bytes, said)
}

#[test]
fn the_same_whatever_the_cuts() {
    let (bytes, expected) = conversation();
    for size in 1..=bytes.len() {
        let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
        let (said, violation, inbound) = parse(&chunks, RULES);
        assert_eq!((said, violation), (expected.clone(), None), "chunks of {size}");
        assert!(inbound.0.is_none_or(|p| p.is_idle()), "chunks of {size}");
    }
    for cut in 0..bytes.len() {
        let (said, violation, _) = parse(&[&bytes[..cut], &bytes[cut..]], RULES);
        assert_eq!((said, violation), (expected.clone(), None), "cut at {cut}");
    }
}

#[test]
fn nothing_is_kept_between_frames() {
    let bytes = frame(FIN | 1, b"whole");
    let (_, _, inbound) = parse(&[&bytes], RULES);
    assert!(inbound.is_idle());
    let (_, _, inbound) = parse(&[&bytes[..3]], RULES);
    assert!(!inbound.is_idle());
    let (said, _, inbound) = parse(&[&bytes[..3], &bytes[3..], &[]], RULES);
    assert_eq!(said, [Owned::Text("whole".into())]);
    assert!(inbound.is_idle(), "freed when the next read finds nothing begun");
}

#[test]
fn violations() {
    let big = vec![b'x'; 301];
    let half = vec![b'x'; 151];
    let unmasked = vec![0x81, 1, b'x'];
    let huge = [&[0x81, 0xff][..], &[0xff; 8], &[0; 4]].concat();
    for (name, bytes, code) in [
        ("not masked", unmasked, 1002),
        ("reserved opcode", frame(FIN | 3, b""), 1002),
        ("reserved control opcode", frame(FIN | 11, b""), 1002),
        ("rsv1 without deflate", frame(FIN | 0x40 | 1, b"x"), 1002),
        ("rsv2", frame(FIN | 0x20 | 1, b"x"), 1002),
        ("rsv3", frame(FIN | 0x10 | 9, b"x"), 1002),
        ("ping in pieces", frame(9, b"x"), 1002),
        ("long ping", frame(FIN | 9, &[0; 126]), 1002),
        ("continues nothing", frame(FIN, b"x"), 1002),
        ("two at once", [frame(1, b"x"), frame(FIN | 1, b"y")].concat(), 1002),
        ("half a close code", frame(FIN | 8, b"\x03"), 1002),
        ("close 1005", frame(FIN | 8, b"\x03\xed"), 1002),
        ("close 999", frame(FIN | 8, b"\x03\xe7"), 1002),
        ("close reason", frame(FIN | 8, b"\x03\xe8\xff"), 1007),
        ("bad text", frame(FIN | 1, b"\xff"), 1007),
        ("half a character at the end", frame(FIN | 1, b"\xc3"), 1007),
        ("the same in two", [frame(1, b"a\xc3"), frame(FIN, b"")].concat(), 1007),
        ("a surrogate", frame(FIN | 1, b"\xed\xa0\x80"), 1007),
        ("too big", frame(FIN | 1, &big), 4513),
        ("too big in pieces", [frame(1, &half), frame(FIN, &half)].concat(), 4513),
        ("huge", huge, 4513),
    ] {
        let (said, violation, _) = parse(&[&bytes], RULES);
        assert_eq!(violation.map(|v| v.code), Some(code), "{name}: {said:?}");
        let bytewise: Vec<&[u8]> = bytes.chunks(1).collect();
        let (_, violation, _) = parse(&bytewise, RULES);
        assert_eq!(violation.map(|v| v.code), Some(code), "{name}, byte by byte");
    }
    let no_binary = Rules { binary: false, ..RULES };
    assert_eq!(parse(&[&frame(FIN | 2, b"x")], no_binary).1.map(|v| v.code), Some(4500));
}

#[test]
fn empty_frames_do_not_go_on_for_ever() {
    let mut bytes = frame(1, b"");
    for _ in 0..400 {
        bytes.extend(frame(0, b""));
    }
    assert_eq!(parse(&[&bytes], RULES).1, Some(TOO_BIG));
}

#[test]
fn bad_text_is_found_before_its_frame_ends() {
    let mut bytes =
        frame(FIN | 1, b"good \xce\xba\xe1\xbd\xb9 \xf4\x90\x80\x80 and much more text");
    bytes.truncate(6 + 15);
    assert_eq!(parse(&[&bytes], RULES).1, Some(NOT_UTF8));
    let (said, violation, _) = parse(&[&bytes[..6 + 12]], RULES);
    assert_eq!((said, violation), (Vec::new(), None), "up to there it may still become good");
}

#[test]
fn compressed_messages_and_bombs() {
    let rules = Rules { deflate: true, ..RULES };
    let mut deflater = crate::deflate::Deflater::default();
    let text = "ab".repeat(100);
    let small = deflater.deflate(text.as_bytes(), Window::Whole).expect("compresses").to_vec();
    let whole = frame(FIN | 0x40 | 1, &small);
    let (one, two) = small.split_at(small.len() / 2);
    let pieces = [frame(0x40 | 1, one), frame(FIN | 9, b""), frame(FIN, two)].concat();
    assert_eq!(parse(&[&whole], rules).0, [Owned::Text(text.clone())]);
    assert_eq!(parse(&[&pieces], rules).0, [Owned::Ping(Vec::new()), Owned::Text(text)]);

    let bomb = deflater.deflate(&[b'a'; 5000], Window::Whole).expect("compresses").to_vec();
    assert_eq!(parse(&[&frame(FIN | 0x40 | 1, &bomb)], rules).1, Some(TOO_BIG));
    let bad = deflater.deflate(b"\xff\xff", Window::Whole).expect("compresses").to_vec();
    assert_eq!(parse(&[&frame(FIN | 0x40 | 1, &bad)], rules).1, Some(NOT_UTF8));
    let junk = frame(FIN | 0x40 | 1, &[0xff; 30]);
    assert_eq!(parse(&[&junk], rules).1.map(|v| v.code), Some(1002));
    let rsv1_later = [frame(0x40 | 1, one), frame(FIN | 0x40, two)].concat();
    assert_eq!(parse(&[&rsv1_later], rules).1.map(|v| v.code), Some(1002));
}
