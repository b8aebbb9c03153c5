//! Encoded WebSocket frames, made once and shared by all who get them. Must not know sockets.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Control, Data, OpCode},
};

use crate::deflate::{Deflate, Deflater, Window};

/// Bytes of the longest header of a frame that is not masked.
const HEADER_ROOM: usize = 10;
/// RFC 6455: bytes of payload that a control frame may have.
const CONTROL_PAYLOAD: usize = 125;

/// A whole WebSocket frame, header included. A clone is one more reference to the same bytes, and
/// so is its compressed twin, which is made by the first shard that needs it.
#[derive(Clone)]
pub struct Frame(Arc<Shared>);

struct Shared {
    plain: Bytes,
    header: u8,
    kind: OpCode,
    /// Set once by whoever compresses first; `None` in it: not worth it.
    twin: OnceLock<Option<Bytes>>,
    /// The same for clients with a small window.
    narrow_twin: OnceLock<Option<Bytes>>,
}

impl Frame {
    /// A text message.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::data(Data::Text, text.len(), |out| out.extend_from_slice(text.as_bytes()))
    }

    /// A text message that `write` appends to the buffer, with room for `capacity` bytes: saves the
    /// copy of what a serialiser made. `write` must append UTF-8 and leave alone what is there.
    #[must_use]
    pub fn text_with(capacity: usize, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        Self::data(Data::Text, capacity, write)
    }

    /// A binary message.
    #[must_use]
    pub fn binary(payload: &[u8]) -> Self {
        Self::data(Data::Binary, payload.len(), |out| out.extend_from_slice(payload))
    }

    /// A close frame. 1005 makes an empty one; a reason over 123 bytes is cut.
    #[must_use]
    pub fn close(code: u16, reason: &str) -> Self {
        if code == crate::close::NO_CODE {
            return Self::control(Control::Close, &[]);
        }
        let mut payload = Vec::with_capacity(CONTROL_PAYLOAD);
        payload.extend_from_slice(&code.to_be_bytes());
        let end = reason.floor_char_boundary(CONTROL_PAYLOAD - payload.len());
        payload.extend_from_slice(&reason.as_bytes()[..end]);
        Self::control(Control::Close, &payload)
    }

    /// A ping with at most 125 bytes (more are cut).
    #[must_use]
    pub fn ping(payload: &[u8]) -> Self {
        Self::control(Control::Ping, payload)
    }

    /// A pong with at most 125 bytes (more are cut).
    #[must_use]
    pub fn pong(payload: &[u8]) -> Self {
        Self::control(Control::Pong, payload)
    }

    fn control(kind: Control, payload: &[u8]) -> Self {
        let payload = &payload[..payload.len().min(CONTROL_PAYLOAD)];
        Self::encode(OpCode::Control(kind), payload.len(), |out| out.extend_from_slice(payload))
    }

    fn data(kind: Data, capacity: usize, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        Self::encode(OpCode::Data(kind), capacity, write)
    }

    fn encode(kind: OpCode, capacity: usize, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let (plain, header) = encode(kind, false, capacity, write);
        Self(Arc::new(Shared {
            plain,
            header,
            kind,
            twin: OnceLock::new(),
            narrow_twin: OnceLock::new(),
        }))
    }

    /// The bytes for the wire, uncompressed.
    #[must_use]
    pub fn as_bytes(&self) -> &Bytes {
        &self.0.plain
    }

    /// The payload without the header, as a part of the same memory.
    #[must_use]
    pub fn payload(&self) -> Bytes {
        self.0.plain.slice(usize::from(self.0.header)..)
    }

    /// Bytes on the wire, uncompressed. Never 0: a frame has a header.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a frame is never empty")]
    pub fn len(&self) -> usize {
        self.0.plain.len()
    }

    /// Makes the twin that this client reads if it is not there yet. When two shards come at once,
    /// both compress and one result is kept: nobody waits for a lock. `from` is
    /// [`crate::HubConfig::compress_from`].
    pub(crate) fn compress(&self, client: Deflate, deflater: &mut Deflater, from: usize) {
        let payload = &self.0.plain[usize::from(self.0.header)..];
        let window = client.window_for(payload.len());
        let twin = self.twin(window);
        if twin.get().is_some() {
            return;
        }
        let made = matches!(self.0.kind, OpCode::Data(_))
            .then_some(payload)
            .filter(|payload| !payload.is_empty() && payload.len() >= from)
            .and_then(|payload| deflater.deflate(payload, window))
            .filter(|small| small.len() < payload.len() || from == 0)
            .map(|small| {
                encode(self.0.kind, true, small.len(), |out| out.extend_from_slice(small)).0
            });
        // Lost the race: the other twin is as good.
        let _ = twin.set(made);
    }

    /// The bytes for a client that agreed on compression, or for one that did not.
    pub(crate) fn wire(&self, client: Option<Deflate>) -> &Bytes {
        let Some(client) = client else { return &self.0.plain };
        let window = client.window_for(self.len() - usize::from(self.0.header));
        self.twin(window).get().and_then(Option::as_ref).unwrap_or(&self.0.plain)
    }

    fn twin(&self, window: Window) -> &OnceLock<Option<Bytes>> {
        match window {
            Window::Whole => &self.0.twin,
            Window::Narrow => &self.0.narrow_twin,
        }
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({}, {} bytes)", self.0.kind, self.len())
    }
}

/// Writes the payload behind room for the longest header, then the header right before it: one
/// buffer, no copy, whatever the length turns out to be.
fn encode(
    kind: OpCode,
    rsv1: bool,
    capacity: usize,
    write: impl FnOnce(&mut Vec<u8>),
) -> (Bytes, u8) {
    let mut buffer = Vec::with_capacity(HEADER_ROOM + capacity);
    buffer.resize(HEADER_ROOM, 0);
    write(&mut buffer);
    let payload = (buffer.len() - HEADER_ROOM) as u64;
    let head = FrameHeader { is_final: true, rsv1, opcode: kind, ..FrameHeader::default() };
    let size = head.len(payload);
    let start = HEADER_ROOM - size;
    let mut room = &mut buffer[start..HEADER_ROOM];
    head.format(payload, &mut room).expect("the room is as long as the header");
    (Bytes::from(buffer).slice(start..), size as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_have_the_length_of_the_payload() {
        for (length, header) in [
            (0, vec![0x81, 0]),
            (125, vec![0x81, 125]),
            (126, vec![0x81, 126, 0, 126]),
            (65_535, vec![0x81, 126, 0xff, 0xff]),
            (65_536, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let text = "x".repeat(length);
            let frame = Frame::text(&text);
            assert_eq!(frame.as_bytes()[..header.len()], header[..], "{length}");
            assert_eq!(frame.payload(), text.as_bytes(), "{length}");
            assert_eq!(frame.len(), header.len() + length);
        }
        assert_eq!(
            Frame::text_with(4, |out| out.extend_from_slice(b"abc")).as_bytes()[..],
            b"\x81\x03abc"[..]
        );
        assert_eq!(Frame::binary(&[7]).as_bytes()[..], [0x82, 1, 7]);
    }

    #[test]
    fn control_frames_stay_within_125_bytes() {
        assert_eq!(Frame::ping(b"").as_bytes()[..], [0x89, 0]);
        assert_eq!(Frame::pong(b"hi").as_bytes()[..], [0x8a, 2, b'h', b'i']);
        assert_eq!(Frame::close(1005, "unseen").as_bytes()[..], [0x88, 0]);
        assert_eq!(
            Frame::close(4408, "slow").as_bytes()[..],
            [0x88, 6, 0x11, 0x38, b's', b'l', b'o', b'w']
        );
        let long = Frame::close(4500, &"é".repeat(100));
        assert_eq!(long.payload().len(), 124, "cut between two characters");
        assert!(std::str::from_utf8(&long.payload()[2..]).is_ok());
    }

    #[test]
    fn a_twin_is_made_once_and_only_when_it_pays() {
        let client = |offer| crate::negotiate(offer).expect("a good offer").0;
        let usual = client("permessage-deflate");
        let small = client("permessage-deflate; server_max_window_bits=9");
        let medium = client("permessage-deflate; server_max_window_bits=10");
        let mut deflater = Deflater::default();
        let frame = Frame::text(&"abcdefgh".repeat(100));
        assert_eq!(frame.wire(Some(usual)), frame.as_bytes(), "no twin yet");
        frame.compress(usual, &mut deflater, 100);
        let twin = frame.wire(Some(usual)).clone();
        assert!(twin.len() < 60 && twin[0] == 0xc1, "{twin:?}");
        frame.clone().compress(medium, &mut deflater, 100);
        assert_eq!(frame.wire(Some(medium)).as_ptr(), twin.as_ptr(), "800 bytes fit 1024: shared");
        assert_eq!(frame.wire(Some(small)), frame.as_bytes(), "they may point back past 512");
        frame.compress(small, &mut deflater, 100);
        assert_ne!(frame.wire(Some(small)).as_ptr(), twin.as_ptr());
        assert_eq!(frame.wire(Some(small))[0], 0xc1);
        assert_eq!(frame.wire(None), frame.as_bytes());

        for plain in [Frame::text("short"), Frame::ping(&[0; 120])] {
            plain.compress(usual, &mut deflater, 100);
            assert_eq!(plain.wire(Some(usual)), plain.as_bytes());
        }
    }
}
