//! Points of replays that are kept for a while, so that a version need not be rebuilt from the first
//! entry each time: those not used for longest go first. Must not know how a version is rebuilt.

use std::collections::BTreeMap;

use engine::Replay;
use game::{SessionId, Version};

/// Bytes that a point is counted for beside its state: the maps and the names around it.
const POINT_BYTES: usize = 512;

/// Points by session and version, within a bound of bytes.
pub(super) struct Points {
    kept: BTreeMap<(SessionId, Version), Kept>,
    /// Rises with every use: the smallest has not been used for longest.
    uses: u64,
    /// The sum over `kept`; at most `most`.
    bytes: usize,
    most: usize,
}

struct Kept {
    replay: Replay,
    bytes: usize,
    used: u64,
}

impl Points {
    /// Nothing kept yet.
    pub(super) const fn new(most: usize) -> Self {
        Self { kept: BTreeMap::new(), uses: 0, bytes: 0, most }
    }

    /// The nearest point at or before a version.
    pub(super) fn find(&mut self, session: SessionId, version: Version) -> Option<Replay> {
        let range = (session, Version::NONE)..=(session, version);
        let (_, kept) = self.kept.range_mut(range).next_back()?;
        self.uses += 1;
        kept.used = self.uses;
        Some(kept.replay.clone())
    }

    /// Keeps a point, in the place of those not used for longest.
    pub(super) fn keep(&mut self, replay: Replay) {
        // A state in memory is about as large again as its JSON.
        let bytes = 2 * replay.state_bytes() + POINT_BYTES;
        if bytes > self.most {
            return;
        }
        self.uses += 1;
        let place = (replay.session(), replay.version());
        let before = self.kept.insert(place, Kept { replay, bytes, used: self.uses });
        self.bytes += bytes;
        self.bytes -= before.map_or(0, |before| before.bytes);
        while self.bytes > self.most {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used);
            let Some(place) = oldest.map(|(place, _)| *place) else { break };
            self.bytes -= self.kept.remove(&place).map_or(0, |gone| gone.bytes);
        }
        debug_assert_eq!(self.bytes, self.kept.values().map(|kept| kept.bytes).sum::<usize>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use game::Seed;

    fn at(session: u64) -> Replay {
        Replay::new(SessionId::new(session).unwrap(), Seed::new([1; 32]))
    }

    fn has(points: &mut Points, session: u64) -> bool {
        points.find(SessionId::new(session).unwrap(), Version(9)).is_some()
    }

    #[test]
    fn the_point_not_used_for_longest_goes_first() {
        let mut points = Points::new(3 * POINT_BYTES);
        for session in 1..=3 {
            points.keep(at(session));
        }
        assert!(has(&mut points, 1), "used again: 2 is the oldest now");
        points.keep(at(4));
        assert_eq!([1, 2, 3, 4].map(|one| has(&mut points, one)), [true, false, true, true]);
        points.keep(at(4));
        assert_eq!(points.bytes, 3 * POINT_BYTES, "kept twice is counted once");
    }

    #[test]
    fn what_would_fill_it_alone_is_not_kept() {
        let mut points = Points::new(POINT_BYTES - 1);
        points.keep(at(1));
        assert!(!has(&mut points, 1));
        assert_eq!(points.bytes, 0);
    }
}
