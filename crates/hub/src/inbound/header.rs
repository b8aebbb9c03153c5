//! Frame headers from a client: reading them, and the rules that need no payload. Must not know
//! what is done with a payload.

use std::io::Cursor;

use smallvec::SmallVec;
use tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Data, OpCode},
};

use super::{BINARY, CONTROL_PAYLOAD, Rules, TOO_BIG, Violation, broken, message::Assembly};

/// Bytes of the longest header: two, a length of eight, a mask of four.
const LONGEST: usize = 14;

/// What a frame header says, once it is known to be masked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) kind: OpCode,
    pub(super) fin: bool,
    pub(super) rsv1: bool,
    pub(super) length: u64,
    mask: [u8; 4],
}

impl Header {
    /// The header at the start of `input` and its size; `None` if it is not all there.
    pub(super) fn parse(input: &[u8]) -> Result<Option<(Self, usize)>, Violation> {
        let mut cursor = Cursor::new(input);
        let parsed = FrameHeader::parse(&mut cursor).map_err(|_| broken("unknown opcode"))?;
        let Some((head, length)) = parsed else { return Ok(None) };
        if head.rsv2 || head.rsv3 {
            return Err(broken("reserved bit"));
        }
        let mask = head.mask.ok_or(broken("not masked"))?;
        let header = Self { kind: head.opcode, fin: head.is_final, rsv1: head.rsv1, length, mask };
        Ok(Some((header, cursor.position() as usize)))
    }

    pub(super) fn is_control(&self) -> bool {
        matches!(self.kind, OpCode::Control(_))
    }

    /// Bytes of payload still to come after `seen`.
    pub(super) fn rest(&self, seen: u64) -> u64 {
        self.length - seen
    }

    /// Is this frame allowed here? `message` is the one that is under way.
    pub(super) fn check(&self, message: Option<&Assembly>, rules: Rules) -> Result<(), Violation> {
        match self.kind {
            OpCode::Control(_) if !self.fin => return Err(broken("control frame in pieces")),
            OpCode::Control(_) if self.length > CONTROL_PAYLOAD as u64 => {
                return Err(broken("control frame too long"));
            }
            OpCode::Control(_) if self.rsv1 => return Err(broken("reserved bit")),
            OpCode::Control(_) => return Ok(()),
            OpCode::Data(Data::Continue) if message.is_none() => {
                return Err(broken("nothing to continue"));
            }
            OpCode::Data(Data::Continue) if self.rsv1 => return Err(broken("reserved bit")),
            OpCode::Data(Data::Continue) => {}
            OpCode::Data(_) if message.is_some() => {
                return Err(broken("message inside of a message"));
            }
            OpCode::Data(_) if self.rsv1 && !rules.deflate => return Err(broken("reserved bit")),
            OpCode::Data(Data::Binary) if !rules.binary => return Err(BINARY),
            OpCode::Data(_) => {}
        }
        let begun = message.map_or(0, |message| message.data.len());
        if self.length > (rules.limit.saturating_sub(begun)) as u64 { Err(TOO_BIG) } else { Ok(()) }
    }

    /// Takes the mask off a piece of payload that begins at byte `at` of it.
    pub(super) fn unmask(&self, payload: &mut [u8], at: u64) {
        let mut mask = self.mask;
        mask.rotate_left((at % 4) as usize);
        let word = u64::from_ne_bytes([
            mask[0], mask[1], mask[2], mask[3], mask[0], mask[1], mask[2], mask[3],
        ]);
        let (words, rest) = payload.as_chunks_mut::<8>();
        for bytes in words {
            *bytes = (u64::from_ne_bytes(*bytes) ^ word).to_ne_bytes();
        }
        for (byte, mask) in rest.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= mask;
        }
    }
}

/// The beginning of a header whose end has not arrived.
#[derive(Default)]
pub(super) struct HeaderBuffer(SmallVec<[u8; LONGEST + 2]>);

impl HeaderBuffer {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn extend(&mut self, input: &[u8]) {
        self.0.extend_from_slice(input);
        debug_assert!(self.0.len() < LONGEST, "a whole header would have been read");
    }

    /// As [`Header::parse`], with the beginning in front; the size counts from the start of
    /// `input`.
    pub(super) fn parse_with(&self, input: &[u8]) -> Result<Option<(Header, usize)>, Violation> {
        let mut joined = self.0.clone();
        let more = input.len().min(LONGEST - self.0.len());
        joined.extend_from_slice(&input[..more]);
        let parsed = Header::parse(&joined)?;
        Ok(parsed.map(|(header, size)| (header, size - self.0.len())))
    }
}
