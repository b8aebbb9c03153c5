//! How a socket ends. Must not know who reads it.

use std::time::Duration;

pub(crate) use protocol::close::{BAD_MESSAGE, RATE, SILENT, SLOW, TOO_BIG};

/// RFC 6455: the other side broke the protocol.
pub(crate) const PROTOCOL_ERROR: u16 = 1002;
/// RFC 6455: text that is not UTF-8.
pub(crate) const NOT_UTF8: u16 = 1007;
/// RFC 6455, never on the wire: the close frame carried no code.
pub(crate) const NO_CODE: u16 = 1005;
/// RFC 6455, never on the wire: the connection was lost without a close frame.
pub(crate) const LOST: u16 = 1006;

/// Who ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClosedBy {
    /// The client sent a close frame.
    Peer,
    /// This side did.
    Server,
    /// Nobody: the connection broke.
    Lost,
}

/// The end of a socket, told to [`crate::Handler::on_close`] once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseInfo {
    /// The close code: what the peer or this side sent; 1005 for a peer that named none, 1006 for
    /// a lost connection.
    pub code: u16,
    /// The reason that went with it.
    pub reason: String,
    /// Who ended it.
    pub by: ClosedBy,
    /// Bytes written, frame headers included.
    pub bytes_out: u64,
    /// Frames written, control frames included.
    pub messages_out: u64,
    /// How long it was attached.
    pub lived: Duration,
}
