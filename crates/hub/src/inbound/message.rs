//! A message that arrives in pieces. Must not know frames beyond their headers.

use tungstenite::protocol::frame::coding::{Data, OpCode};

use super::{NOT_UTF8, TOO_BIG, Violation, header::Header};

/// The pieces so far.
pub(super) struct Assembly {
    /// The header of the first frame: it says what the message is.
    pub(super) first: Header,
    pub(super) data: Vec<u8>,
    /// Up to here `data` is UTF-8. Kept so that bad text ends the connection at its first bad byte
    /// and each byte is looked at once. Invariant: at most 3 bytes behind the end.
    valid: usize,
    frames: usize,
}

impl Assembly {
    pub(super) fn new(first: Header) -> Self {
        Self { first, data: Vec::new(), valid: 0, frames: 0 }
    }

    /// The caller has checked the size with the header of the frame.
    pub(super) fn append(&mut self, payload: &[u8]) -> Result<(), Violation> {
        self.data.extend_from_slice(payload);
        if self.first.kind != OpCode::Data(Data::Text) || self.first.rsv1 {
            return Ok(());
        }
        let fresh = &self.data[self.valid..];
        if simdutf8::basic::from_utf8(fresh).is_ok() {
            self.valid = self.data.len();
            return Ok(());
        }
        match std::str::from_utf8(fresh) {
            // A character whose end is still to come.
            Err(error) if error.error_len().is_none() => {
                self.valid += error.valid_up_to();
                Ok(())
            }
            _ => Err(NOT_UTF8),
        }
    }

    /// One frame is complete. Empty frames cost work but no bytes, so they are counted too.
    pub(super) fn end_frame(&mut self, limit: usize) -> Result<(), Violation> {
        self.frames += 1;
        if self.frames > limit.max(64) { Err(TOO_BIG) } else { Ok(()) }
    }
}
