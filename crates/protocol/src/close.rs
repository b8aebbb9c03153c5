//! Close codes of the WebSocket, one table. Must not know who closes.
//!
//! 4000–4499: come back, with back-off. 4500–4999: do not. The server never sends 1000 or 1001 of
//! its own accord, since some clients then stay away for ever.

/// A close code with its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Close {
    /// The number in the close frame.
    pub code: u16,
    /// The first word of the reason.
    pub word: &'static str,
    /// What it says, for people.
    pub meaning: &'static str,
}

impl Close {
    /// Should a client that is closed with this code come back?
    #[must_use]
    pub const fn comes_back(&self) -> bool {
        comes_back(self.code)
    }

    /// The reason in the close frame: `word`, or `word;retry=MS` where the server names a time.
    #[must_use]
    pub fn reason(&self, retry_ms: Option<u64>) -> String {
        match retry_ms {
            Some(ms) => format!("{};retry={ms}", self.word),
            None => self.word.to_owned(),
        }
    }
}

/// Should a client that is closed with `code` come back? Anything but a plain good-bye and
/// 4500–4999 is taken for a broken connection.
#[must_use]
pub const fn comes_back(code: u16) -> bool {
    !(code == 1000 || (code >= 4500 && code <= 4999))
}

/// The server is going down or moving: come back, when told.
pub const DRAIN: Close =
    Close { code: 1012, word: "drain", meaning: "The server restarts; come back after `retry`." };
/// No login where one is needed, or it has expired or was revoked.
pub const LOGIN: Close = Close {
    code: 4401,
    word: "login",
    meaning: "The login is missing, expired or revoked; come back with a fresh token.",
};
/// The client reads more slowly than events arrive.
pub const SLOW: Close = Close {
    code: 4408,
    word: "slow",
    meaning: "Events arrived faster than they were read; come back with `since`.",
};
/// Too many messages from the client.
pub const RATE: Close =
    Close { code: 4429, word: "rate", meaning: "Too many messages; come back after `retry`." };
/// Nothing was heard of the client.
pub const SILENT: Close = Close {
    code: 4450,
    word: "silent",
    meaning: "Nothing was heard, not even a pong; the connection was taken for dead.",
};
/// The server had a fault of its own.
pub const FAULT: Close =
    Close { code: 4480, word: "fault", meaning: "The server had a fault; come back." };
/// The message could not be read.
pub const BAD_MESSAGE: Close = Close {
    code: 4500,
    word: "bad-message",
    meaning: "A message that the protocol does not have.",
};
/// The user may not see this.
pub const FORBIDDEN: Close =
    Close { code: 4503, word: "forbidden", meaning: "This user may not see this." };
/// There is no such session, or no longer.
pub const NO_SESSION: Close =
    Close { code: 4504, word: "no-session", meaning: "There is no such session (any more)." };
/// Another connection took its place.
pub const REPLACED: Close = Close {
    code: 4509,
    word: "replaced",
    meaning: "A newer connection took the place of this one.",
};
/// A message over the size limit.
pub const TOO_BIG: Close =
    Close { code: 4513, word: "too-big", meaning: "A message over the limit of its size." };

/// Every code that the server sends on purpose, in order.
pub const ALL: &[Close] = &[
    DRAIN,
    LOGIN,
    SLOW,
    RATE,
    SILENT,
    FAULT,
    BAD_MESSAGE,
    FORBIDDEN,
    NO_SESSION,
    REPLACED,
    TOO_BIG,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_says_whether_to_come_back() {
        let stay_away: Vec<u16> = ALL.iter().filter(|c| !c.comes_back()).map(|c| c.code).collect();
        assert_eq!(stay_away, [4500, 4503, 4504, 4509, 4513]);
        assert!(comes_back(1006) && comes_back(1001) && !comes_back(1000));
        assert!(ALL.is_sorted_by(|a, b| a.code < b.code));
    }

    #[test]
    fn a_reason_fits_a_close_frame() {
        for close in ALL {
            assert!(close.reason(Some(u64::MAX)).len() <= 123, "{}", close.word);
        }
        assert_eq!(DRAIN.reason(Some(1500)), "drain;retry=1500");
        assert_eq!(LOGIN.reason(None), "login");
    }
}
