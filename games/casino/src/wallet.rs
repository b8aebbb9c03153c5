//! [`Wallet`]: tokens, seeds and the crash round that is open. Must not know who may ask for what.

use game::{Draws, Seed, Timestamp, UserId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use crate::crash;
use crate::limits::{ROUNDS_KNOWN, SEED_NAME_CHARS};
use crate::slot::Paytable;

/// The tokens of one user. `balance` is always `granted + won - staked`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wallet {
    pub(crate) user: UserId,
    pub(crate) paytable: Paytable,
    pub(crate) balance: u64,
    pub(crate) granted: u64,
    pub(crate) staked: u64,
    pub(crate) won: u64,
    /// Wins in a row; a play that returns the stake leaves it as it is.
    pub(crate) streak: u32,
    /// Pulls since the last one that was Epic or better.
    pub(crate) pity: u8,
    pub(crate) seeds: Seeds,
    pub(crate) round: Option<Round>,
    /// Crash rounds that are over, oldest first.
    pub(crate) over: Vec<u64>,
}

/// What plays are drawn from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seeds {
    /// Secret until it is rotated out.
    pub(crate) server: Secret,
    /// Takes its place then. Committed to before the player chooses what is mixed with it.
    pub(crate) next: Secret,
    pub(crate) client: String,
    /// Of the next play.
    pub(crate) counter: u64,
}

/// 256 bits, as hex in the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) Seed);

/// A crash round that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Round {
    pub(crate) game_id: u64,
    pub(crate) bet: u64,
    pub(crate) started_at: Timestamp,
    /// Secret until the round is over.
    pub(crate) point: u32,
    /// Makes the commitment tell nothing of the point.
    pub(crate) salt: Secret,
    pub(crate) auto: Option<u32>,
}

impl Wallet {
    pub(crate) fn stake(&mut self, tokens: u64) {
        self.balance -= tokens;
        self.staked += tokens;
    }

    pub(crate) fn win(&mut self, tokens: u64) {
        self.balance += tokens;
        self.won += tokens;
    }

    pub(crate) fn count(&mut self, bet: u64, win: u64) {
        match win.cmp(&bet) {
            std::cmp::Ordering::Less => self.streak = 0,
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Greater => self.streak += 1,
        }
    }

    /// What it can come to hold without another stake: the open round may win the most.
    pub(crate) fn at_most(&self) -> u64 {
        let round = self.round.as_ref().map_or(0, |round| round.bet);
        self.balance.saturating_add(round.saturating_mul(crash::MOST_TIMES))
    }

    pub(crate) fn end_round(&mut self) {
        if let Some(round) = self.round.take() {
            self.over.push(round.game_id);
            let surplus = self.over.len().saturating_sub(ROUNDS_KNOWN);
            self.over.drain(..surplus);
        }
    }
}

impl Seeds {
    /// The source of the next play, its number, and the name of its seed.
    pub(crate) fn play(&mut self) -> (Draws, u64, String) {
        let counter = self.counter;
        self.counter += 1;
        let draws = Draws::mixed(&self.server.0, &self.client, counter);
        (draws, counter, seed_name(&self.server.commitment()).to_owned())
    }

    /// What comes after them; the player's own seed is mixed with a server seed that was fixed before.
    pub(crate) fn followed_by(&self, client: String, next: Secret) -> Self {
        Self { server: self.next.clone(), next, client, counter: 0 }
    }
}

/// By the beginning of its commitment a play names its server seed: enough to tell those of a wallet
/// apart.
pub(crate) fn seed_name(commitment: &str) -> &str {
    commitment.get(..SEED_NAME_CHARS).unwrap_or(commitment)
}

impl Secret {
    pub(crate) fn draw(random: &mut Draws) -> Self {
        let mut bytes = [0; 32];
        for word in bytes.chunks_exact_mut(8) {
            word.copy_from_slice(&random.bits().to_be_bytes());
        }
        Self(Seed::new(bytes))
    }

    pub(crate) fn reveal(&self) -> String {
        hex::encode(self.0.reveal())
    }

    pub(crate) fn commitment(&self) -> String {
        self.0.commitment().to_string()
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.reveal())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(String::deserialize(from)?, &mut bytes).map_err(de::Error::custom)?;
        Ok(Self(Seed::new(bytes)))
    }
}

impl Round {
    /// SHA-256 of `"{game_id}:{point}:{salt}"`, the point in hundredths, the salt as hex.
    pub(crate) fn commitment(&self) -> String {
        let opened = format!("{}:{}:{}", self.game_id, self.point, self.salt.reveal());
        hex::encode(Sha256::digest(opened))
    }

    /// The multiplier at this time, whether the round still runs or not.
    pub(crate) fn multiplier(&self, now: Timestamp) -> u32 {
        crash::multiplier(now.0.saturating_sub(self.started_at.0))
    }

    /// What it ends with by itself: cashed out at a multiplier, or crashed.
    pub(crate) fn ends_with(&self) -> Option<u32> {
        crash::due(self.point, self.auto)
    }

    /// When it ends by itself.
    pub(crate) fn ends_at(&self) -> Timestamp {
        let last = self.ends_with().unwrap_or(self.point + 1);
        self.started_at.plus(crash::reached_after(last))
    }
}
