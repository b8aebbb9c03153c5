//! permessage-deflate (RFC 7692) without context takeover: what is agreed on, how a message is
//! squeezed and unfolded. Must not know frames or sockets.
//!
//! Without context takeover every message stands alone. That is what lets one compressed frame
//! serve all who negotiated it, and what keeps a connection free of a 300 KiB compressor.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// What ends every message that was flushed, and is left out on the wire.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// Exponent of the window that deflate has when nobody limits it.
const WHOLE_WINDOW: u8 = 15;
/// Exponent of the window of the frames for everyone who limits it.
const NARROW_WINDOW: u8 = 9;
/// How hard to try. For JSON of 64 KiB level 6 takes three times as long for 2 % less.
const LEVEL: u32 = 5;
/// Windows that RFC 7692 knows, as exponents.
const WINDOWS: std::ops::RangeInclusive<u8> = 8..=15;

/// What was agreed on with one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deflate {
    /// The window that the client keeps for our messages is `2^` this many bytes. 9 to 15.
    window_bits: u8,
}

impl Deflate {
    /// Which compressed form of a payload of this length the client can read.
    pub(crate) fn window_for(self, payload: usize) -> Window {
        // Nothing points back farther than the payload is long.
        if self.window_bits == WHOLE_WINDOW || payload <= 1 << self.window_bits {
            Window::Whole
        } else {
            Window::Narrow
        }
    }
}

/// The two compressed forms that a frame can have. One would do for nearly all clients; a few
/// (Python's `websockets` for one) ask for a window of 4 KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    /// 32 KiB.
    Whole,
    /// 512 bytes: what every client has.
    Narrow,
}

/// Picks the first offer of a `Sec-WebSocket-Extensions` header that can be kept; gives the
/// agreement and the value of the answering header. `None`: go on without.
#[must_use]
pub fn negotiate(offers: &str) -> Option<(Deflate, String)> {
    offers.split(',').find_map(accept)
}

fn accept(offer: &str) -> Option<(Deflate, String)> {
    let mut parts = offer.split(';').map(str::trim);
    if parts.next() != Some("permessage-deflate") {
        return None;
    }
    let mut seen = Vec::new();
    let mut limit = None;
    for part in parts {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim().trim_matches('"'))),
            None => (part, None),
        };
        if seen.contains(&name) {
            return None;
        }
        seen.push(name);
        match (name, value) {
            (
                "server_no_context_takeover"
                | "client_no_context_takeover"
                | "client_max_window_bits",
                None,
            ) => {}
            ("client_max_window_bits", Some(bits)) => {
                window(bits)?;
            }
            // The library cannot keep to a window of 256 bytes: 8 is declined.
            ("server_max_window_bits", Some(bits)) => {
                limit = Some(window(bits).filter(|bits| *bits >= NARROW_WINDOW)?);
            }
            _ => return None,
        }
    }
    let mut answer =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover".to_owned();
    if let Some(bits) = limit {
        answer.push_str(&format!("; server_max_window_bits={bits}"));
    }
    Some((Deflate { window_bits: limit.unwrap_or(WHOLE_WINDOW) }, answer))
}

fn window(bits: &str) -> Option<u8> {
    // "a decimal integer without leading zeroes"
    let plain = bits.bytes().all(|b| b.is_ascii_digit()) && !bits.starts_with('0');
    bits.parse().ok().filter(|bits| plain && WINDOWS.contains(bits))
}

/// Compresses one message at a time. One for each shard. Its 300 KiB are allocated by the first
/// message.
#[derive(Default)]
pub(crate) struct Deflater {
    whole: Option<Compress>,
    narrow: Option<Compress>,
    out: Vec<u8>,
}

impl Deflater {
    /// The payload of a compressed message. `None` if the library fails, which costs only bytes.
    pub(crate) fn deflate(&mut self, payload: &[u8], window: Window) -> Option<&[u8]> {
        let (state, bits) = match window {
            Window::Whole => (&mut self.whole, WHOLE_WINDOW),
            Window::Narrow => (&mut self.narrow, NARROW_WINDOW),
        };
        let state = state.get_or_insert_with(|| {
            Compress::new_with_window_bits(Compression::new(LEVEL), false, bits)
        });
        state.reset();
        self.out.clear();
        self.out.shrink_to(KEEP);
        // Deflate may add 5 bytes for each 16 KiB block that does not shrink, and the flush adds 5.
        self.out.reserve(payload.len() + payload.len() / 1024 + 64);
        loop {
            let from = usize::try_from(state.total_in()).ok()?;
            state.compress_vec(&payload[from..], &mut self.out, FlushCompress::Sync).ok()?;
            if self.out.len() < self.out.capacity() {
                break;
            }
            self.out.reserve(self.out.len());
        }
        self.out.strip_suffix(&TAIL)
    }
}

/// Why a message could not be unfolded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InflateError {
    /// It would be longer than the limit.
    TooBig,
    /// It is not deflate.
    Corrupt,
}

/// Inflates one message at a time. One for each shard. Its 40 KiB are allocated by the first
/// message.
#[derive(Default)]
pub(crate) struct Inflater {
    state: Option<Decompress>,
    out: Vec<u8>,
}

impl Inflater {
    /// The message, at most `limit` bytes: a bomb is stopped where it passes the limit.
    pub(crate) fn inflate(&mut self, payload: &[u8], limit: usize) -> Result<&[u8], InflateError> {
        let state = self.state.get_or_insert_with(|| Decompress::new(false));
        state.reset(false);
        self.out.clear();
        self.out.shrink_to(KEEP);
        for (input, flush) in [(payload, FlushDecompress::None), (&TAIL[..], FlushDecompress::Sync)]
        {
            if take_in(state, &mut self.out, input, flush, limit)? == Status::StreamEnd {
                break;
            }
        }
        Ok(&self.out)
    }
}

fn take_in(
    state: &mut Decompress,
    out: &mut Vec<u8>,
    input: &[u8],
    flush: FlushDecompress,
    limit: usize,
) -> Result<Status, InflateError> {
    let start = state.total_in();
    let mut used = 0;
    loop {
        if out.len() == out.capacity() {
            out.reserve(out.len().clamp(1024, KEEP.max(limit)));
        }
        let status =
            state.decompress_vec(&input[used..], out, flush).map_err(|_| InflateError::Corrupt)?;
        if out.len() > limit {
            return Err(InflateError::TooBig);
        }
        used = (state.total_in() - start) as usize;
        let full = out.len() == out.capacity();
        if status == Status::StreamEnd || (used == input.len() && !full) {
            return Ok(status);
        }
        if !full && status == Status::BufError {
            return Err(InflateError::Corrupt);
        }
    }
}

/// Bytes of output buffer that a shard keeps between messages.
const KEEP: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers() {
        let plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        for (offer, bits) in [
            ("permessage-deflate", 15),
            ("permessage-deflate; client_max_window_bits", 15),
            ("x-unknown, permessage-deflate;client_max_window_bits=\"10\"", 15),
            ("permessage-deflate; server_max_window_bits=9", 9),
            ("permessage-deflate; nonsense, permessage-deflate; server_max_window_bits=12", 12),
        ] {
            let (deflate, answer) = negotiate(offer).expect(offer);
            assert_eq!(deflate.window_bits, bits, "{offer}");
            let fits = if deflate.window_for(513) == Window::Whole { 10..=15 } else { 9..=9 };
            assert!(fits.contains(&bits), "{offer}");
            let expected = if bits == 15 {
                plain.to_owned()
            } else {
                format!("{plain}; server_max_window_bits={bits}")
            };
            assert_eq!(answer, expected, "{offer}");
        }
        for offer in [
            "",
            "permessage-bzip2",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=8",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; server_max_window_bits=010",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; client_max_window_bits=16",
            "permessage-deflate; client_max_window_bits; client_max_window_bits",
        ] {
            assert_eq!(negotiate(offer), None, "{offer}");
        }
    }

    #[test]
    fn there_and_back() {
        let (mut deflater, mut inflater) = (Deflater::default(), Inflater::default());
        let noise: Vec<u8> =
            (0..200_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for payload in [&b"a"[..], &b"hello hello hello"[..], &[7; 100_000], &noise] {
            for window in [Window::Whole, Window::Narrow] {
                let small = deflater.deflate(payload, window).expect("compresses").to_vec();
                assert_eq!(inflater.inflate(&small, payload.len()), Ok(payload));
                assert_eq!(inflater.inflate(&small, payload.len() - 1), Err(InflateError::TooBig));
            }
        }
    }

    #[test]
    fn examples_of_the_rfc() {
        let mut inflater = Inflater::default();
        for bytes in [
            &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..],
            &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00][..],
            &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00][..],
            &[0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00][..],
        ] {
            assert_eq!(inflater.inflate(bytes, 100), Ok(&b"Hello"[..]), "{bytes:x?}");
        }
        assert_eq!(inflater.inflate(&[0xff; 20], 100), Err(InflateError::Corrupt));
    }

    #[test]
    fn the_narrow_form_does_not_point_back_past_512_bytes() {
        let noise: Vec<u8> =
            std::iter::successors(Some(1u32), |x| Some(x.wrapping_mul(1_664_525) + 1))
                .map(|x| (x >> 24) as u8)
                .take(1000)
                .collect();
        let twice = noise.repeat(2);
        let mut deflater = Deflater::default();
        let mut size = |window| deflater.deflate(&twice, window).expect("compresses").len();
        assert!(size(Window::Whole) < 1100, "the second half is one reference to the first");
        assert!(size(Window::Narrow) > 1900, "1000 bytes back is out of reach");
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = Deflater::default()
            .deflate(&vec![0; 50 << 20], Window::Whole)
            .expect("compresses")
            .to_vec();
        assert!(bomb.len() < 60_000);
        let mut inflater = Inflater::default();
        assert_eq!(inflater.inflate(&bomb, 16 * 1024), Err(InflateError::TooBig));
        assert!(inflater.out.capacity() <= 2 * KEEP, "{}", inflater.out.capacity());
    }
}
