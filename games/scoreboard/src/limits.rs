//! What one board and the catalogue may hold: each limit with its unit and reason. Must not know
//! the limits of a message or of a stored state, which the server and the engine keep.

/// Players of one board: a large wedding. Each of them stands in every view.
pub const PLAYERS: usize = 500;

/// Teams of one board.
pub const TEAMS: usize = 100;

/// Editors of one board, its owner not counted.
pub const EDITORS: usize = 100;

/// Drinks of one kind that one player can have had. With all players and drinks the sum stays
/// below 2^53 (500 · 200 · 10^9 = 10^14), so that every client can add it up exactly.
pub const TALLY: u32 = 1_000_000_000;

/// Drinks in the catalogue: a long bar card.
pub const DRINKS: usize = 200;

/// Bytes of all names in the catalogue together (UTF-8). Every board holds a copy, and the state of
/// a board may have 256 KiB.
pub const CATALOGUE_BYTES: usize = 32 * 1024;

/// Bytes of an id inside a board or the catalogue. Those made here have at most 11 (`p4294967295`).
pub const ID_BYTES: usize = 32;
