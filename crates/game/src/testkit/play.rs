//! Plays random games, makes the other world of each moment, and counts what was compared. Must not
//! know what a witness sees.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::Serialize;

use super::report::{Occasion, compare, excerpt, who};
use super::witness::{apply, copy};
use super::{Checked, Failure, Given, Secrets, Sights, StateOf, Twin, World};
use crate::{
    Actor, Commit, Ctx, Draws, Game, SeatId, Seed, SessionId, Timestamp, UserId, Version, Viewer,
};

/// Of so many pairs of worlds at least one must differ, for each viewer.
const ONE_IN: u64 = 10;

/// Milliseconds between two commands, at most.
const PAUSE: u64 = 1_000;

/// When each game begins.
const BEGIN: Timestamp = Timestamp(1_000_000);

/// What random numbers are for: each purpose has its own, so that a game is played the same way
/// however many look at it.
#[derive(Clone, Copy)]
enum Purpose {
    Play = 1,
    Permute = 2,
    Session = 3,
    OtherDraws = 4,
}

fn seed_for(seed: u64, purpose: Purpose) -> Seed {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    bytes[8] = purpose as u8;
    Seed::new(bytes)
}

/// What two worlds are compared at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Start,
    Look,
    Step,
}

#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    compared: u64,
    permuted: u64,
    skipped: u64,
}

/// Where a game stands.
struct Moment<S: Secrets> {
    game: u32,
    step: u32,
    session: SessionId,
    version: Version,
    now: Timestamp,
    owner: Option<UserId>,
    state: StateOf<S>,
}

/// A check under way.
pub(super) struct Check<S, W> {
    seed: u64,
    witness: W,
    tallies: BTreeMap<(Viewer, Kind), Tally>,
    checked: Checked,
    refused: u64,
    secrets: PhantomData<fn() -> S>,
}

impl<S: Secrets, W: FnMut(&World<'_, S::Game>) -> Sights> Check<S, W> {
    pub(super) fn new(seed: u64, witness: W) -> Self {
        Self {
            seed,
            witness,
            tallies: BTreeMap::new(),
            checked: Checked::default(),
            refused: 0,
            secrets: PhantomData,
        }
    }

    pub(super) fn run(mut self, games: u32, steps: u32) -> Result<Checked, Failure> {
        for game in 0..games {
            self.play(game, steps)?;
        }
        self.sum_up()
    }

    fn viewers() -> impl Iterator<Item = Viewer> {
        let seats = (0..S::SEATS).map(|seat| Viewer::Seat(SeatId(seat)));
        std::iter::once(Viewer::Spectator).chain(seats).filter(|viewer| !S::sees_all(*viewer))
    }

    fn draws(&self, purpose: Purpose, session: SessionId, number: u64) -> Draws {
        Draws::new(&seed_for(self.seed, purpose), session, Version(number))
    }

    fn weak(&self, why: impl Into<String>) -> Failure {
        Failure::Weak { seed: self.seed, why: why.into() }
    }

    fn play(&mut self, game: u32, steps: u32) -> Result<(), Failure> {
        let mut at = self.start(game)?;
        self.checked.games += 1;
        for step in 0..=steps {
            at.step = step;
            let mut random = self.draws(Purpose::Play, at.session, u64::from(step) + 1);
            let next = S::next(&at.state, &mut random).filter(|_| step < steps);
            let by_clock = matches!(next, Some((Actor::Clock, _)));
            at.now = arrival::<S>(&at, by_clock, &mut random);
            for (number, viewer) in (0..).zip(Self::viewers()) {
                // Far from those of any other step: there are at most 257 viewers.
                let mut random =
                    self.draws(Purpose::Permute, at.session, u64::from(step) << 16 | number);
                self.look(&at, viewer, &mut random)?;
                if let Some(next) = &next {
                    self.step(&at, viewer, next, &mut random)?;
                }
            }
            let Some((actor, command)) = next else { break };
            let seed = seed_for(self.seed, Purpose::Session);
            match apply(&world(&at, Viewer::Spectator, &at.state, &seed), &actor, &command) {
                Ok(commit) => {
                    at.state = commit.state;
                    at.version = at.version.next();
                    self.checked.steps += 1;
                }
                Err(_) => self.refused += 1,
            }
        }
        Ok(())
    }

    /// Opens a session, and compares it with one from other draws.
    fn start(&mut self, game: u32) -> Result<Moment<S>, Failure> {
        let session = SessionId::new(u64::from(game) + 1).expect("in the range of ids");
        let create = |purpose| {
            let (options, creator) = S::start(&mut self.draws(Purpose::Play, session, 0));
            let random = Draws::new(&seed_for(self.seed, purpose), session, Version(1));
            let mut ctx = Ctx { session, now: BEGIN, random };
            let commit = S::Game::create(options, &creator, &mut ctx)
                .map_err(|refusal| self.weak(format!("no session was made: {refusal}")))?;
            Ok((commit, creator))
        };
        let (real, creator) = create(Purpose::Session)?;
        let (other, _) = create(Purpose::OtherDraws)?;
        let owner = match creator {
            Actor::User(id) | Actor::Service(id) => Some(id),
            Actor::System | Actor::Clock => None,
        };
        let at = Moment {
            game,
            step: 0,
            session,
            version: Version(1),
            now: BEGIN,
            owner,
            state: real.state.clone(),
        };
        let seed = seed_for(self.seed, Purpose::Session);
        for viewer in Self::viewers().filter(|viewer| S::starts_blind(*viewer)) {
            let seen = |commit: &Commit<_, _>, witness: &mut W| {
                let world = world(&at, viewer, &commit.state, &seed);
                witness(&World { told: &commit.events, ..world })
            };
            let sights = (seen(&real, &mut self.witness), seen(&other, &mut self.witness));
            self.judge(&at, viewer, sights, &Occasion::Start)?;
            self.count(viewer, Kind::Start, json(&real.state) != json(&other.state));
        }
        Ok(at)
    }

    /// Compares what `viewer` gets of a state, and of their attempts on it.
    fn look(&mut self, at: &Moment<S>, viewer: Viewer, random: &mut Draws) -> Result<(), Failure> {
        let attempts = S::attempts(&at.state, viewer, random);
        let twin = S::permute(&at.state, viewer, None, random)
            .ok_or_else(|| self.weak("`permute` skipped a look at a state alone"))?;
        let seed = seed_for(self.seed, Purpose::Session);
        let mut seen = |state| {
            let world = world(at, viewer, state, &seed);
            (self.witness)(&World { attempts: &attempts, ..world })
        };
        let sights = (seen(&at.state), seen(&twin.state));
        let real = world(at, viewer, &at.state, &seed);
        let refused = attempts.iter().filter(|(who, what)| apply(&real, who, what).is_err());
        self.checked.refusals += refused.count() as u64;
        let tried = attempts.iter().map(words::<S>).collect();
        self.judge(at, viewer, sights, &Occasion::Look(tried))?;
        self.count(viewer, Kind::Look, json(&at.state) != json(&twin.state));
        Ok(())
    }

    /// Compares what `viewer` gets as the next command is carried out.
    fn step(
        &mut self,
        at: &Moment<S>,
        viewer: Viewer,
        next: &Given<S>,
        random: &mut Draws,
    ) -> Result<(), Failure> {
        let Some(twin) = S::permute(&at.state, viewer, Some(next), random) else {
            self.tallies.entry((viewer, Kind::Step)).or_default().skipped += 1;
            self.checked.skipped += 1;
            return Ok(());
        };
        let Twin { state, next: other_next, other_draws } = twin;
        let other_next = other_next.unwrap_or_else(|| (next.0.clone(), copy::<S::Game>(&next.1)));
        let seed = seed_for(self.seed, Purpose::Session);
        let other_purpose = if other_draws { Purpose::OtherDraws } else { Purpose::Session };
        let other_seed = seed_for(self.seed, other_purpose);
        let real = World { next: Some(next), ..world(at, viewer, &at.state, &seed) };
        let other = World { next: Some(&other_next), ..world(at, viewer, &state, &other_seed) };
        let sights = ((self.witness)(&real), (self.witness)(&other));
        self.judge(at, viewer, sights, &Occasion::Step(words::<S>(next)))?;
        let after = |world: &World<'_, S::Game>, (actor, command): &Given<S>| {
            apply(world, actor, command).ok().map(|commit| json(&commit.state))
        };
        let permuted = json(&at.state) != json(&state)
            || next.0 != other_next.0
            || json(&next.1) != json(&other_next.1)
            || (other_draws && after(&real, next) != after(&other, &other_next));
        self.count(viewer, Kind::Step, permuted);
        Ok(())
    }

    fn judge(
        &self,
        at: &Moment<S>,
        viewer: Viewer,
        (real, other): (Sights, Sights),
        occasion: &Occasion,
    ) -> Result<(), Failure> {
        let Some(found) = compare(&real, &other) else { return Ok(()) };
        Err(found.leak(self.seed, (at.game, at.step), viewer, occasion))
    }

    fn count(&mut self, viewer: Viewer, kind: Kind, permuted: bool) {
        let tally = self.tallies.entry((viewer, kind)).or_default();
        tally.compared += 1;
        tally.permuted += u64::from(permuted);
        self.checked.comparisons += 1;
        self.checked.permuted += u64::from(permuted);
    }

    /// A check that could not fail is a failure.
    fn sum_up(self) -> Result<Checked, Failure> {
        let Checked { steps, refusals, .. } = self.checked;
        if steps == 0 || self.refused > steps {
            let refused = self.refused;
            return Err(self.weak(format!(
                "{steps} commands of `next` were carried out and {refused} refused"
            )));
        }
        for ((viewer, kind), tally) in &self.tallies {
            let Tally { compared, permuted, skipped } = *tally;
            let (who, moments) = match kind {
                Kind::Start => continue, // a game may well draw nothing when it starts
                Kind::Look => (who(*viewer), "looks at a state"),
                Kind::Step => (who(*viewer), "steps"),
            };
            if skipped > compared {
                return Err(self.weak(format!(
                    "for {who} `permute` skipped {skipped} of {} {moments}",
                    skipped + compared
                )));
            }
            if permuted * ONE_IN < compared {
                return Err(self.weak(format!(
                    "for {who} `permute` changed something in {permuted} of {compared} {moments}; \
                     at least one in {ONE_IN} is asked for"
                )));
            }
        }
        if refusals == 0 {
            return Err(self.weak("none of the `attempts` was refused"));
        }
        Ok(self.checked)
    }
}

/// A world at this moment in which nothing is tried.
fn world<'a, S: Secrets>(
    at: &'a Moment<S>,
    viewer: Viewer,
    state: &'a StateOf<S>,
    seed: &'a Seed,
) -> World<'a, S::Game> {
    World {
        viewer,
        state,
        told: &[],
        next: None,
        attempts: &[],
        session: at.session,
        version: at.version,
        seed,
        now: at.now,
        owner: at.owner.as_ref(),
    }
}

/// When the next command arrives: the clock's when its time has come, others before.
fn arrival<S: Secrets>(at: &Moment<S>, by_clock: bool, random: &mut Draws) -> Timestamp {
    let soon = at.now.plus(random.below(PAUSE) + 1);
    match S::Game::deadline(&at.state).map(|deadline| deadline.at) {
        Some(due) if by_clock => due.max(at.now),
        Some(due) => soon.min(Timestamp(due.0.saturating_sub(1))).max(at.now),
        None => soon,
    }
}

/// A command for a report.
fn words<S: Secrets>((actor, command): &Given<S>) -> String {
    format!("{actor} {}", excerpt(&json(command), 0, 120))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("a game's types can be written as JSON")
}
