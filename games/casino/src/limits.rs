//! Limits, each with its reason.

/// What a new wallet holds.
pub const FIRST_TOKENS: u64 = 1_000;

/// Most tokens in a wallet: whole numbers up to here are exact in JavaScript.
pub const MOST_TOKENS: u64 = (1 << 53) - 1;

/// Characters of a client seed: more randomness than anyone types.
pub const CLIENT_SEED_CHARS: usize = 64;

/// Crash rounds that are over and still known, to say so to whoever cashes out twice.
pub const ROUNDS_KNOWN: usize = 16;

/// Hexadecimal digits by which a play names its server seed.
pub const SEED_NAME_CHARS: usize = 16;
