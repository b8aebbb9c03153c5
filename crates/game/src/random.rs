//! Recorded randomness: every draw follows from a session's secret seed and the version it is drawn
//! for, so that a log replays to the same cards and, once the seed is revealed, anyone can check
//! them. Must not know where a seed comes from (the server asks the operating system).
//!
//! Key of commit `v` = HMAC-SHA-256(key: seed, message: session ‖ v, both 64-bit big endian); draw
//! `k` of that commit is the `k`-th 64-bit word of ChaCha20 under this key (nonce 0). The
//! commitment is SHA-256(seed).
//!
//! Games that let a player mix in a seed of their own, and reveal theirs while the session goes on,
//! draw from [`Draws::mixed`]: the words, big endian, of HMAC-SHA-256(key: seed, message:
//! `"{client seed}:{counter}:{block}"`) for block 0, 1, …, four words each.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use crate::{SessionId, Version};

/// 256 secret bits of one session. `Debug` hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed([u8; 32]);

impl Seed {
    /// Takes 32 bytes of a secure source.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// What may be published from the first moment on: it binds the seed and tells nothing of it.
    #[must_use]
    pub fn commitment(&self) -> SeedCommitment {
        SeedCommitment(Sha256::digest(self.0).into())
    }

    /// The secret itself: for the store, and for everyone once the session has ended.
    #[must_use]
    pub const fn reveal(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(secret)")
    }
}

/// SHA-256 of a [`Seed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeedCommitment(pub [u8; 32]);

impl SeedCommitment {
    /// Does this revealed seed belong to the commitment?
    #[must_use]
    pub fn opens_with(&self, seed: &Seed) -> bool {
        seed.commitment() == *self
    }
}

impl fmt::Display for SeedCommitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// The draws of one commit, in order.
///
/// ```
/// use game::{Draws, Seed, SessionId, Version};
///
/// let (seed, session) = (Seed::new([7; 32]), SessionId::new(42)?);
/// let mut cards: Vec<u8> = (0..52).collect();
/// Draws::new(&seed, session, Version(1)).shuffle(&mut cards);
///
/// // Whoever knows the seed draws the same again, and so can check the game.
/// let mut again: Vec<u8> = (0..52).collect();
/// Draws::new(&seed, session, Version(1)).shuffle(&mut again);
/// assert_eq!(cards, again);
/// # Ok::<(), game::BadId>(())
/// ```
pub struct Draws {
    stream: Stream,
}

enum Stream {
    Recorded(Box<ChaCha20Rng>),
    Mixed { seed: Seed, message: String, block: u64, words: std::array::IntoIter<u64, 4> },
}

impl fmt::Debug for Draws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Draws(secret)")
    }
}

impl Draws {
    /// The source for the commit that makes `version` of `session`.
    #[must_use]
    pub fn new(seed: &Seed, session: SessionId, version: Version) -> Self {
        let key = hmac(seed, &[&session.get().to_be_bytes(), &version.0.to_be_bytes()]);
        Self { stream: Stream::Recorded(Box::new(ChaCha20Rng::from_seed(key))) }
    }

    /// The source of the play with this number, for a game that mixes in a seed of the player's.
    /// Each number is to be used once with the same seeds.
    #[must_use]
    pub fn mixed(seed: &Seed, client_seed: &str, counter: u64) -> Self {
        let (seed, message) = (seed.clone(), format!("{client_seed}:{counter}"));
        let mut words = [0; 4].into_iter();
        words.by_ref().for_each(drop);
        Self { stream: Stream::Mixed { seed, message, block: 0, words } }
    }

    /// 64 uniform bits: the next draw.
    pub fn bits(&mut self) -> u64 {
        match &mut self.stream {
            Stream::Recorded(stream) => stream.next_u64(),
            Stream::Mixed { seed, message, block, words } => {
                if let Some(word) = words.next() {
                    return word;
                }
                let bytes = hmac(seed, &[format!("{message}:{block}").as_bytes()]);
                let (four, _) = bytes.as_chunks::<8>();
                *words = std::array::from_fn(|word| u64::from_be_bytes(four[word])).into_iter();
                *block += 1;
                words.next().expect("there are four")
            }
        }
    }

    /// A uniform number in `0..bound`. Draws again where the rest of the division would favour
    /// small numbers.
    ///
    /// # Panics
    /// When `bound` is 0: there is no such number.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "no number is below 0");
        let fair = u64::MAX - u64::MAX % bound;
        loop {
            let draw = self.bits();
            if draw < fair {
                return draw % bound;
            }
        }
    }

    /// Puts `items` in a uniformly random order (Fisher–Yates, from the end).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.below(last as u64 + 1)).expect("below a usize");
            items.swap(last, other);
        }
    }

    /// One of `items`, or none when there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() {
            return None;
        }
        let at = usize::try_from(self.below(items.len() as u64)).expect("below a usize");
        items.get(at)
    }
}

fn hmac(seed: &Seed, message: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(&seed.0).expect("HMAC takes keys of any length");
    message.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn draws(seed: u8, session: u64, version: u64) -> Draws {
        Draws::new(&Seed::new([seed; 32]), SessionId::new(session).unwrap(), Version(version))
    }

    #[test]
    fn the_first_draws_are_what_the_formula_says() {
        // Computed apart from this code, by 20 lines of Python: `hmac` and RFC 8439's block function.
        let mut source = draws(7, 42, 3);
        let got: Vec<String> = (0..2).map(|_| format!("{:016x}", source.bits())).collect();
        assert_eq!(got, FIRST_DRAWS);
    }
    const FIRST_DRAWS: [&str; 2] = ["c437640443de48ad", "11a4e0c333a85c32"];

    #[test]
    fn mixed_draws_are_what_the_formula_says() {
        // hmac.new(bytes([7] * 32), b"dice:3:0", "sha256").hexdigest() of Python, and ":1".
        let mut source = Draws::mixed(&Seed::new([7; 32]), "dice", 3);
        let got: String = (0..5).map(|_| format!("{:016x}", source.bits())).collect();
        assert_eq!(got, MIXED_DRAWS);
        let other = Draws::mixed(&Seed::new([7; 32]), "dice", 4).bits();
        assert_ne!(format!("{other:016x}"), MIXED_DRAWS[..16]);
    }
    const MIXED_DRAWS: &str =
        "a03f01c869c70762fa9ad44c0c00c3565edf2812a65b0aaa5b1341939e46f209045cfac731827f98";

    #[test]
    fn a_commitment_opens_with_its_seed_only() {
        let seed = Seed::new([1; 32]);
        assert!(seed.commitment().opens_with(&seed));
        assert!(!seed.commitment().opens_with(&Seed::new([2; 32])));
        assert_eq!(format!("{seed:?}"), "Seed(secret)");
    }

    #[test]
    fn below_is_uniform_enough_to_pass_chi_squared() {
        const CELLS: usize = 52;
        const EACH: u64 = 2_000;
        let mut source = draws(9, 1, 1);
        let mut seen = [0u64; CELLS];
        for _ in 0..EACH * CELLS as u64 {
            seen[usize::try_from(source.below(CELLS as u64)).unwrap()] += 1;
        }
        let chi: f64 = seen.iter().map(|&n| (n as f64 - EACH as f64).powi(2) / EACH as f64).sum();
        // 51 degrees of freedom: 99.99 % of fair sources stay below 98.
        assert!(chi < 98.0, "chi squared {chi}");
    }

    proptest! {
        #[test]
        fn a_shuffle_keeps_every_item_and_replays(seed: u8, version in 1u64..99) {
            let mut first: Vec<u8> = (0..52).collect();
            let mut second = first.clone();
            draws(seed, 5, version).shuffle(&mut first);
            draws(seed, 5, version).shuffle(&mut second);
            prop_assert_eq!(&first, &second);
            first.sort_unstable();
            prop_assert_eq!(first, (0..52).collect::<Vec<u8>>());
        }

        #[test]
        fn another_version_or_session_draws_otherwise(seed: u8, version in 1u64..99) {
            let one = draws(seed, 5, version).bits();
            prop_assert_ne!(one, draws(seed, 5, version + 1).bits());
            prop_assert_ne!(one, draws(seed, 6, version).bits());
        }
    }
}
