//! permessage-deflate: one compressed frame for all who agreed on it, the plain one for the others.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use hub::{AttachOptions, Channel, Frame, HubConfig, HubLimits, Subscribe};

use crate::support::{CONTINUE, Client, FIN, Got, RSV1, TEXT, World, quiet, view};

const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

fn config() -> HubConfig {
    HubConfig { compression: true, compress_from: 100, ..quiet() }
}

fn connect(world: &World, offer: &str) -> Client {
    let (deflate, _) = world.hub.negotiate(offer).expect("a good offer");
    world.connect_with(AttachOptions { deflate: Some(deflate), ..AttachOptions::default() })
}

fn squeeze(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 100);
    Compress::new(Compression::default(), false)
        .compress_vec(text, &mut out, FlushCompress::Sync)
        .expect("it compresses");
    out.strip_suffix(&TAIL).expect("it was flushed").to_vec()
}

fn unfold(payload: &[u8], window: u8) -> String {
    let mut out = Vec::with_capacity(1 << 20);
    Decompress::new_with_window_bits(false, window)
        .decompress_vec(&[payload, &TAIL].concat(), &mut out, FlushDecompress::Sync)
        .expect("it is deflate");
    String::from_utf8(out).expect("it is text")
}

#[test]
fn one_compressed_frame_serves_all_who_agreed() {
    let world = World::new(config());
    let board = Channel::new(7, 0);
    let mut usual = [connect(&world, "permessage-deflate"), connect(&world, "permessage-deflate")];
    let mut narrow = connect(&world, "permessage-deflate; server_max_window_bits=9");
    let mut plain = world.connect();
    for id in [usual[0].id, usual[1].id, narrow.id, plain.id] {
        world.hub.subscribe(id, board, Subscribe::default());
    }
    let text = (0..200).map(|n| format!("{{\"player\":{n}}}")).collect::<Vec<_>>().join(",");
    world.publish(7, 1, vec![view(board, &text, None)]);
    assert_eq!(plain.text(), text);
    let [first, second] = usual.each_mut().map(|client| client.next().expect("a frame"));
    assert_eq!(first, second);
    assert_eq!(first.first, FIN | RSV1 | TEXT);
    assert!(first.payload.len() * 3 < text.len(), "{} of {}", first.payload.len(), text.len());
    assert_eq!(unfold(&first.payload, 15), text);
    let small = narrow.next().expect("a frame");
    assert_eq!(small.first, FIN | RSV1 | TEXT);
    assert_eq!(unfold(&small.payload, 9), text);
    // No context is taken over: the same again is the same bytes.
    world.publish(7, 2, vec![view(board, &text, None)]);
    assert_eq!(usual[0].next(), Some(first));
    world.publish(7, 3, vec![view(board, "short", None)]);
    usual[1].next();
    assert_eq!(usual[1].next(), Some(Got::text("short")), "not worth it");
}

#[test]
fn clients_may_compress_what_they_say() {
    let world = World::new(config());
    let mut client = connect(&world, "permessage-deflate; client_max_window_bits");
    let text = "again and ".repeat(50);
    let small = squeeze(text.as_bytes());
    client.send(FIN | RSV1 | TEXT, &small);
    client.say("plain");
    let (one, two) = small.split_at(10);
    client.send(RSV1 | TEXT, one);
    client.send(FIN | CONTINUE, two);
    world.recorder.wait("three messages", |heard| (heard.len() == 3).then_some(()));
    assert_eq!(world.recorder.texts(client.id), [text.as_str(), "plain", text.as_str()]);
}

#[test]
fn a_bomb_is_too_big() {
    let limits = HubLimits { inbound_message: 16 * 1024, ..quiet().limits };
    let world = World::new(HubConfig { limits, ..config() });
    let mut client = connect(&world, "permessage-deflate");
    let bomb = squeeze(&vec![b' '; 10 << 20]);
    assert!(bomb.len() < 16 * 1024, "it passes the first limit");
    client.send(FIN | RSV1 | TEXT, &bomb);
    assert_eq!(client.next(), Some(Got::close(4513, "too-big")));
}

#[test]
fn who_did_not_agree_may_not() {
    let world = World::new(config());
    let mut client = world.connect();
    client.send(FIN | RSV1 | TEXT, &squeeze(b"hello"));
    assert_eq!(client.next(), Some(Got::close(1002, "reserved bit")));
    assert_eq!(World::new(quiet()).hub.negotiate("permessage-deflate"), None, "off by default");
}

#[test]
fn a_compressed_frame_that_is_cut_short_goes_on() {
    let limits = HubLimits { outbox_bytes: 100 << 20, ..quiet().limits };
    let world = World::new(HubConfig { limits, ..config() });
    let mut client = connect(&world, "permessage-deflate");
    // Noise in letters: it shrinks, but not by much, so that the socket fills up.
    let mut state = 1u32;
    let noise: String = (0..60_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b'a' + (state >> 24) as u8 % 26)
        })
        .collect();
    let texts: Vec<String> = (0..200).map(|n| format!("{n} {noise}")).collect();
    for text in &texts {
        world.hub.send(client.id, Frame::text(text));
    }
    for text in &texts {
        let got = client.next().expect("a frame");
        assert_eq!(got.first, FIN | RSV1 | TEXT);
        assert!(unfold(&got.payload, 15) == *text, "frame {}", &text[..4]);
    }
}
