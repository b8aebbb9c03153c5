//! Bytes from a client to messages, by RFC 6455, without a socket and without a clock. A connection
//! between two frames needs no state here at all; a [`Partial`] exists only while a frame or a
//! message is incomplete. Must not know sockets or what the messages mean.

mod header;
mod message;

use tungstenite::protocol::frame::coding::{CloseCode, Control, Data, OpCode};

use self::{
    header::{Header, HeaderBuffer},
    message::Assembly,
};
use crate::{
    close,
    deflate::{InflateError, Inflater},
};

/// RFC 6455: bytes of payload that a control frame may have.
const CONTROL_PAYLOAD: usize = 125;

/// What the parser must insist on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Bytes of a message, before and after inflation.
    pub(crate) limit: usize,
    /// Compressed messages are agreed on.
    pub(crate) deflate: bool,
    /// Binary messages are welcome.
    pub(crate) binary: bool,
}

/// What a client said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming<'a> {
    Text(&'a str),
    Binary(&'a [u8]),
    Ping(&'a [u8]),
    Pong,
    /// 1005 if it named no code.
    Close(u16, &'a str),
}

/// Why a client is sent away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) code: u16,
    pub(crate) reason: &'static str,
}

const fn broken(reason: &'static str) -> Violation {
    Violation { code: close::PROTOCOL_ERROR, reason }
}

const NOT_UTF8: Violation = Violation { code: close::NOT_UTF8, reason: "not UTF-8" };
const TOO_BIG: Violation = Violation { code: close::TOO_BIG.code, reason: close::TOO_BIG.word };
const BINARY: Violation =
    Violation { code: close::BAD_MESSAGE.code, reason: close::BAD_MESSAGE.word };

/// What is kept of a client between two reads: nothing, or the begun frame and message.
#[derive(Default)]
pub(crate) struct Inbound(Option<Box<Partial>>);

#[derive(Default)]
struct Partial {
    /// The first bytes of a frame, while its header is incomplete.
    header: HeaderBuffer,
    /// The frame whose payload is not all here, and how much of it was seen.
    frame: Option<(Header, u64)>,
    /// Payload of an unfinished control frame.
    control: Vec<u8>,
    /// The message whose frames are not all here.
    message: Option<Assembly>,
    /// A message that was handed out and can go.
    finished: Vec<u8>,
}

impl Partial {
    fn is_idle(&self) -> bool {
        self.header.is_empty() && self.frame.is_none() && self.message.is_none()
    }
}

impl Inbound {
    /// Reads on in `input` (and unmasks it on the way) up to the next message, and says how many
    /// bytes that took. `None`: all is taken in and more is needed. After a violation the rest of
    /// the stream has no meaning.
    pub(crate) fn next<'a>(
        &'a mut self,
        input: &'a mut [u8],
        rules: Rules,
        inflater: &'a mut Inflater,
    ) -> Result<(usize, Option<Incoming<'a>>), Violation> {
        let mut used = 0;
        loop {
            let Some(step) = self.step(&input[used..], rules)? else {
                self.forget_if_idle();
                return Ok((input.len(), None));
            };
            match step {
                // The common case: the whole frame is here and is a message by itself.
                Step::Whole { header, at, end } => {
                    let payload = &mut input[used + at..used + end];
                    header.unmask(payload, 0);
                    self.forget_if_idle();
                    return Ok((used + end, Some(deliver(header, payload, rules, inflater)?)));
                }
                Step::Part { header, at, end, seen } => {
                    let payload = &mut input[used + at..used + end];
                    header.unmask(payload, seen);
                    used += end;
                    if self.append(header, payload, seen, rules)? {
                        let partial = self.0.as_mut().expect("it was just appended to");
                        let header = partial.complete(header);
                        return Ok((
                            used,
                            Some(deliver(header, &partial.finished, rules, inflater)?),
                        ));
                    }
                }
            }
        }
    }

    /// Finds the next piece of payload in `input`.
    fn step(&mut self, input: &[u8], rules: Rules) -> Result<Option<Step>, Violation> {
        if let Some(partial) = &mut self.0 {
            partial.finished.clear();
            if let Some((header, seen)) = partial.frame {
                let here = header.rest(seen).min(input.len() as u64) as usize;
                return Ok((here > 0).then_some(Step::Part { header, at: 0, end: here, seen }));
            }
        }
        if input.is_empty() {
            return Ok(None);
        }
        let begun =
            self.0.as_ref().map(|partial| &partial.header).filter(|header| !header.is_empty());
        let parsed = match begun {
            None => Header::parse(input)?,
            Some(begun) => begun.parse_with(input)?,
        };
        let Some((header, at)) = parsed else {
            self.0.get_or_insert_default().header.extend(input);
            return Ok(None);
        };
        let message = self.0.as_mut().and_then(|partial| {
            partial.header.clear();
            partial.message.as_ref()
        });
        header.check(message, rules)?;
        let end = at as u64 + header.length;
        let alone = header.is_control() || (header.fin && message.is_none());
        if alone && end <= input.len() as u64 {
            return Ok(Some(Step::Whole { header, at, end: end as usize }));
        }
        let end = end.min(input.len() as u64) as usize;
        Ok(Some(Step::Part { header, at, end, seen: 0 }))
    }

    /// Keeps a piece of payload; `true` if it completes a control frame or a message.
    fn append(
        &mut self,
        header: Header,
        payload: &[u8],
        seen: u64,
        rules: Rules,
    ) -> Result<bool, Violation> {
        let partial = self.0.get_or_insert_default();
        let seen = seen + payload.len() as u64;
        let whole = header.rest(seen) == 0;
        partial.frame = (!whole).then_some((header, seen));
        if header.is_control() {
            partial.control.extend_from_slice(payload);
            return Ok(whole);
        }
        let message = partial.message.get_or_insert_with(|| Assembly::new(header));
        message.append(payload)?;
        if whole {
            message.end_frame(rules.limit)?;
        }
        Ok(whole && header.fin)
    }

    fn forget_if_idle(&mut self) {
        if self.0.as_ref().is_some_and(|partial| partial.is_idle()) {
            self.0 = None;
        }
    }

    /// Does it hold memory?
    #[cfg(test)]
    fn is_idle(&self) -> bool {
        self.0.is_none()
    }
}

impl Partial {
    /// Moves the completed payload to `finished`; gives the header that it goes by.
    fn complete(&mut self, last: Header) -> Header {
        if last.is_control() {
            self.finished = std::mem::take(&mut self.control);
            return last;
        }
        let message = self.message.take().expect("a message ends that was begun");
        self.finished = message.data;
        message.first
    }
}

/// A piece of payload at `at..end`.
enum Step {
    /// A frame that is complete, and a message by itself.
    Whole { header: Header, at: usize, end: usize },
    /// A piece of a longer one, `seen` bytes of which came before.
    Part { header: Header, at: usize, end: usize, seen: u64 },
}

fn deliver<'a>(
    header: Header,
    payload: &'a [u8],
    rules: Rules,
    inflater: &'a mut Inflater,
) -> Result<Incoming<'a>, Violation> {
    let payload = if header.rsv1 {
        inflater.inflate(payload, rules.limit).map_err(|error| match error {
            InflateError::TooBig => TOO_BIG,
            InflateError::Corrupt => broken("bad deflate data"),
        })?
    } else {
        payload
    };
    match header.kind {
        OpCode::Data(Data::Text) => {
            simdutf8::basic::from_utf8(payload).map(Incoming::Text).map_err(|_| NOT_UTF8)
        }
        OpCode::Data(_) => Ok(Incoming::Binary(payload)),
        OpCode::Control(Control::Ping) => Ok(Incoming::Ping(payload)),
        OpCode::Control(Control::Close) => read_close(payload),
        OpCode::Control(_) => Ok(Incoming::Pong),
    }
}

fn read_close(payload: &[u8]) -> Result<Incoming<'_>, Violation> {
    match payload {
        [] => Ok(Incoming::Close(close::NO_CODE, "")),
        [_] => Err(broken("half a close code")),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !CloseCode::from(code).is_allowed() {
                return Err(broken("bad close code"));
            }
            let reason = std::str::from_utf8(reason).map_err(|_| NOT_UTF8)?;
            Ok(Incoming::Close(code, reason))
        }
    }
}

#[cfg(test)]
mod tests;
