//! Random operations, compared with a model so simple that it is plainly right: the list of the
//! records that were taken, from which everything else is worked out anew each time. Must not know
//! how any adapter keeps things.
//!
//! A run prints its seed; `PARLOR_SEED=<number>` runs that one again.

use std::collections::BTreeMap;
use std::env;
use std::hash::{BuildHasher as _, RandomState};

use engine::limits::RECENT_ANSWERS;
use engine::{CommitRecord, Keyed, Stored};
use futures_util::future::join_all;
use game::{Draws, Seed, SessionId, Status, Timestamp, UserId, Version};

use super::Place;
use super::records::{Script, answer, session, user, versions, whole, with_key};
use crate::limits::RECENT_ENTRIES;
use crate::{CommitError, Family, ListQuery, RefreshToken, Renewed, Store, TokenHash, User};

/// Runs, each on a store of its own.
const RUNS: u64 = 8;
/// Operations of one run.
const OPERATIONS: u64 = 120;
/// Sessions, users, names to choose from: few, so that they meet.
const SESSIONS: u64 = 4;
/// Nodes that write to each session.
const NODES: u64 = 3;

/// Whatever is done in whatever order, the store and the model agree.
pub async fn random_operations_do_what_a_model_does<P: Place>() {
    let chosen = env::var("PARLOR_SEED").ok().map(|text| text.parse().expect("PARLOR_SEED"));
    let first = chosen.unwrap_or_else(|| RandomState::new().hash_one("seed") >> 16);
    let runs = if chosen.is_some() { 1 } else { RUNS };
    for seed in first..first + runs {
        println!("PARLOR_SEED={seed}");
        let place = P::fresh();
        let mut run = Run::new(place.open().await, seed);
        for _ in 0..OPERATIONS {
            run.step().await;
        }
        run.compare_all().await;
        if P::LASTS {
            run.store.close().await.expect("it closes");
            run.store = place.open().await;
            run.compare_all().await;
        }
    }
}

#[derive(Default)]
struct Model {
    taken: BTreeMap<SessionId, Vec<CommitRecord>>,
    users: BTreeMap<UserId, User>,
    /// With: was it used?
    tokens: BTreeMap<TokenHash, (RefreshToken, bool)>,
    ended: BTreeMap<Family, Timestamp>,
    claims: BTreeMap<String, Timestamp>,
}

/// How a commit ends, as text to compare.
fn told(outcome: &Result<(), CommitError>) -> String {
    match outcome {
        Ok(()) => "taken".to_owned(),
        Err(CommitError::Conflict) => "conflict".to_owned(),
        Err(CommitError::Duplicate(keyed)) => answer(keyed),
        Err(CommitError::Store(error)) => panic!("{error}"),
    }
}

impl Model {
    fn commit(&mut self, record: CommitRecord) -> Result<(), CommitError> {
        let taken = self.taken.entry(record.entry.session).or_default();
        let keys = taken.iter().filter_map(|record| record.keyed.as_ref());
        if let Some(keyed) = &record.keyed
            && let Some(first) = keys.clone().find(|first| first.key == keyed.key)
        {
            return Err(CommitError::Duplicate(Box::new(first.clone())));
        }
        let follows = match taken.last() {
            None => record.created.is_some(),
            Some(last) => {
                record.created.is_none()
                    && record.expected == last.entry.version
                    && record.entry.previous == last.head
            }
        };
        if !follows {
            return Err(CommitError::Conflict);
        }
        taken.push(record);
        Ok(())
    }

    fn stored(&self, id: SessionId) -> Option<Stored> {
        let taken = self.taken.get(&id)?;
        let mut stored = taken.first()?.as_stored()?;
        let last = taken.last()?;
        (stored.version, stored.head) = (last.entry.version, last.head);
        (stored.state, stored.deleted) = (last.state.clone(), last.deleted);
        let keyed: Vec<Keyed> = taken.iter().filter_map(|record| record.keyed.clone()).collect();
        stored.keyed = keyed[keyed.len().saturating_sub(RECENT_ANSWERS)..].to_vec();
        let recent = taken.iter().map(|record| record.entry.clone());
        stored.recent = recent.skip(taken.len().saturating_sub(RECENT_ENTRIES)).collect();
        Some(stored)
    }

    /// First and last record of each session that is there.
    fn ends(&self) -> impl Iterator<Item = (&CommitRecord, &CommitRecord)> {
        self.taken.values().filter_map(|taken| Some((taken.first()?, taken.last()?)))
    }

    fn listed(&self, query: &ListQuery) -> Vec<(SessionId, Version, String)> {
        let mut found: Vec<_> = self
            .ends()
            .filter_map(|(first, last)| Some((first.created.as_ref()?, last)))
            .filter(|(about, last)| {
                !last.deleted
                    && query.game.as_ref().is_none_or(|game| *game == about.game)
                    && query.owner.as_ref().is_none_or(|owner| about.owner.as_ref() == Some(owner))
                    && query.status.is_none_or(|status| status == last.status)
                    && query.member.as_ref().is_none_or(|member| self.has(last, member))
            })
            .map(|(about, last)| (about.at, last.entry.session, last))
            .collect();
        found.sort_by_key(|(at, id, _)| std::cmp::Reverse((*at, *id)));
        let listed = found.into_iter().skip(query.skip).take(query.limit);
        listed.map(|(_, id, last)| (id, last.entry.version, last.title.clone())).collect()
    }

    /// Is this user among the members that were named last?
    fn has(&self, last: &CommitRecord, member: &UserId) -> bool {
        let taken = self.taken.get(&last.entry.session).into_iter().flatten();
        let named = taken.filter_map(|record| record.members.as_ref()).next_back();
        named.is_some_and(|members| members.contains(member))
    }

    fn waiting(&self, user: &UserId) -> Vec<(SessionId, Timestamp)> {
        let since = |id: &SessionId| {
            let named =
                self.taken[id].iter().filter_map(|r| Some((r.entry.at, r.to_act.as_ref()?)));
            let turns = named.rev().take_while(|(_, users)| users.contains(user));
            turns.last().map(|(at, _)| at)
        };
        let live = self.ends().filter(|(_, last)| !last.deleted && last.status != Status::Ended);
        let ids = live.map(|(_, last)| last.entry.session);
        let mut found: Vec<_> = ids.filter_map(|id| Some((since(&id)?, id))).collect();
        found.sort_unstable();
        found.into_iter().map(|(since, id)| (id, since)).collect()
    }

    fn due(&self, now: Timestamp) -> Vec<SessionId> {
        let mut found: Vec<_> = self
            .ends()
            .filter_map(|(_, last)| Some((last.due_at?, last.entry.session)))
            .filter(|(at, _)| *at <= now)
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, id)| id).collect()
    }

    fn renew(
        &mut self,
        old: TokenHash,
        new: TokenHash,
        until: Timestamp,
        now: Timestamp,
    ) -> Renewed {
        let found = self.tokens.get_mut(&old).filter(|(token, _)| token.expires_at > now);
        let Some((token, used)) = found else { return Renewed::Unknown };
        if *used {
            return Renewed::Again(token.clone());
        }
        let Some(user) = self.users.get(&token.user) else { return Renewed::Unknown };
        *used = true;
        let next = RefreshToken { hash: new, expires_at: until, ..token.clone() };
        let family = next.family.clone();
        self.tokens.insert(new, (next, false));
        Renewed::First(Box::new(user.clone()), family)
    }

    fn end_all(&mut self, id: &UserId, from: Timestamp, until: Timestamp) -> bool {
        let Some(user) = self.users.get_mut(id) else { return false };
        user.valid_from = user.valid_from.plus(1).max(from);
        let theirs: Vec<Family> = self
            .tokens
            .values()
            .filter(|(token, _)| token.user == *id)
            .map(|(token, _)| token.family.clone())
            .collect();
        // Here logins are shared, as they never are: the others' tokens of them stay.
        self.tokens.retain(|_, (token, _)| token.user != *id);
        for family in theirs {
            self.remember_end(family, until);
        }
        true
    }

    fn end(&mut self, family: &Family, until: Timestamp) {
        self.tokens.retain(|_, (token, _)| token.family != *family);
        self.remember_end(family.clone(), until);
    }

    fn remember_end(&mut self, family: Family, until: Timestamp) {
        let kept = self.ended.entry(family).or_insert(until);
        *kept = until.max(*kept);
    }
}

struct Run<S> {
    store: S,
    model: Model,
    draws: Draws,
    now: u64,
    /// What each node knows of each session; not all of it is true.
    nodes: BTreeMap<(u64, u64), Script>,
}

impl<S: Store> Run<S> {
    fn new(store: S, seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        Self {
            store,
            model: Model::default(),
            draws: Draws::new(&Seed::new(bytes), session(1), Version::NONE),
            now: 1,
            nodes: BTreeMap::new(),
        }
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.draws.below(chances) == 0
    }

    async fn step(&mut self) {
        self.now += self.draws.below(3);
        match self.draws.below(12) {
            0..=4 => self.commits().await,
            5 => self.compare_a_session().await,
            6 => self.compare_lists().await,
            7 => self.users().await,
            8 | 9 => self.tokens().await,
            10 => self.claims().await,
            _ => self.sweep().await,
        }
    }

    /// Several commits in flight at once, by nodes of which some are behind.
    async fn commits(&mut self) {
        let (mut flying, mut expected) = (Vec::new(), Vec::new());
        for _ in 0..=self.draws.below(6) {
            let record = self.record();
            expected.push(told(&self.model.commit(record.clone())));
            flying.push(self.store.commit(record));
        }
        let outcomes: Vec<String> = join_all(flying).await.iter().map(told).collect();
        assert_eq!(outcomes, expected);
    }

    fn record(&mut self) -> CommitRecord {
        let (number, node) = (1 + self.draws.below(SESSIONS), self.draws.below(NODES));
        let behind = self.one_in(4);
        let last = self.model.taken.get(&session(number)).and_then(|taken| taken.last());
        let (text, kind) = (self.draws.bits().to_string(), self.draws.below(20));
        let node = self.nodes.entry((number, node)).or_insert_with(|| Script::new(number));
        if let Some(last) = last.filter(|_| !behind) {
            (node.version, node.head) = (last.entry.version, last.head);
        }
        let mut record = match kind {
            _ if node.version == Version::NONE => node.create(),
            0 => node.delete(),
            _ => node.command(&text),
        };
        if self.one_in(3) {
            record.due_at = Some(Timestamp(self.draws.below(200)));
        }
        if self.one_in(4) {
            record.status = Status::Ended;
        }
        if self.one_in(3) {
            record.members = Some(self.some_users());
        }
        if self.one_in(3) {
            record.to_act = Some(self.some_users());
        }
        if self.one_in(3) {
            let key = self.draws.below(8).to_string();
            record = with_key(record, if self.one_in(2) { "ann" } else { "bob" }, &key);
        }
        record
    }

    fn some_users(&mut self) -> Vec<UserId> {
        ["ann", "bob", "cid"].into_iter().filter(|_| self.draws.below(2) == 0).map(user).collect()
    }

    async fn compare_a_session(&mut self) {
        let id = session(1 + self.draws.below(SESSIONS + 1));
        let (after, limit) = (self.draws.below(20), self.draws.below(9) as usize);
        let loaded = self.store.load(id).await.expect("it answers");
        let expected = self.model.stored(id);
        assert_eq!(loaded.as_ref().map(whole), expected.as_ref().map(whole));
        let log = self.store.log(id, Version(after), limit).await.expect("it answers");
        let taken = self.model.taken.get(&id).map_or(&[][..], |taken| taken);
        let newer = taken.iter().map(|record| record.entry.version.0);
        let newer: Vec<u64> = newer.filter(|version| *version > after).take(limit).collect();
        assert_eq!(versions(&log), newer);
    }

    async fn compare_lists(&mut self) {
        let query = ListQuery {
            game: self.one_in(3).then(|| "toy".to_owned()),
            status: self.one_in(3).then_some(Status::Running),
            owner: self.one_in(3).then(|| user("ann")),
            member: self.one_in(2).then(|| user("bob")),
            skip: self.draws.below(3) as usize,
            limit: self.draws.below(6) as usize,
            ..ListQuery::default()
        };
        let listed = self.store.list(query.clone()).await.expect("it answers");
        let listed: Vec<_> = listed.into_iter().map(|s| (s.session, s.version, s.title)).collect();
        assert_eq!(listed, self.model.listed(&query), "{query:?}");
        let now = Timestamp(self.draws.below(250));
        assert_eq!(self.store.due(now, 99).await.expect("it answers"), self.model.due(now));
        self.compare_turns().await;
    }

    async fn compare_turns(&mut self) {
        for name in ["ann", "bob", "cid"].map(user) {
            let waiting = self.store.waiting(&name, Some("toy"), 99).await.expect("it answers");
            assert_eq!(waiting, self.model.waiting(&name), "{name}");
        }
    }

    async fn users(&mut self) {
        let id = user(&self.draws.below(4).to_string());
        if self.one_in(2) {
            let person = User {
                id: id.clone(),
                name: self.draws.below(3).to_string(),
                roles: vec![self.draws.below(3).to_string()],
                guest: self.one_in(2),
                created_at: Timestamp(self.now),
                valid_from: Timestamp(self.draws.below(9)),
            };
            let before = self.model.users.get(&id).map_or(Timestamp(0), |user| user.valid_from);
            let valid_from = person.valid_from.max(before);
            self.model.users.insert(id.clone(), User { valid_from, ..person.clone() });
            self.store.put_user(person).await.expect("it takes it");
        } else if self.one_in(2) {
            let (role, held) = (self.draws.below(3).to_string(), self.one_in(2));
            if let Some(user) = self.model.users.get_mut(&id) {
                user.set_role(&role, held);
            }
            let answer = self.store.set_role(&id, &role, held).await.expect("it answers");
            assert_eq!(answer.as_ref(), self.model.users.get(&id));
        }
        let found = self.store.user(&id).await.expect("it answers");
        assert_eq!(found.as_ref(), self.model.users.get(&id));
        let listed = self.store.users(None, 99).await.expect("it answers");
        let mut expected: Vec<User> = self.model.users.values().cloned().collect();
        expected.sort_by_key(|user| (user.name.clone(), user.id.clone()));
        assert_eq!(listed, expected);
    }

    async fn tokens(&mut self) {
        let hash = TokenHash([u8::try_from(self.draws.below(5)).expect("below 5"); 32]);
        let owner = user(&self.draws.below(3).to_string());
        let family = Family::new(&self.draws.below(4).to_string());
        let later = Timestamp(self.now + self.draws.below(60));
        match self.draws.below(8) {
            0..=2 => {
                let token = RefreshToken { hash, user: owner, family, expires_at: later };
                let good = !self.model.ended.contains_key(&token.family);
                if good {
                    self.model.tokens.insert(hash, (token.clone(), false));
                }
                assert_eq!(self.store.put_refresh(token).await.expect("it answers"), good);
            }
            3..=5 => {
                let new = TokenHash([u8::try_from(self.draws.below(5)).expect("below 5"); 32]);
                let now = Timestamp(self.now);
                let renewed = self.store.renew_refresh(&hash, &new, later, now).await;
                assert_eq!(renewed.expect("it answers"), self.model.renew(hash, new, later, now));
            }
            6 => {
                let from = Timestamp(self.draws.below(20));
                let known = self.model.end_all(&owner, from, later);
                let answer = self.store.end_logins_of(&owner, from, later).await;
                assert_eq!(answer.expect("it answers"), known);
            }
            _ => {
                self.model.end(&family, later);
                self.store.end_login(&owner, &family, later).await.expect("it does");
            }
        }
    }

    async fn claims(&mut self) {
        let name = self.draws.below(4).to_string();
        let (now, expires) = (Timestamp(self.now), Timestamp(self.now + self.draws.below(40)));
        let free = self.model.claims.get(&name).is_none_or(|until| *until <= now);
        if free {
            self.model.claims.insert(name.clone(), expires);
        }
        assert_eq!(self.store.claim(&name, now, expires).await.expect("it answers"), free);
    }

    async fn sweep(&mut self) {
        let now = Timestamp(self.now);
        let held = |model: &Model| model.claims.len() + model.tokens.len() + model.ended.len();
        let before = held(&self.model);
        self.model.claims.retain(|_, until| *until > now);
        self.model.tokens.retain(|_, (token, _)| token.expires_at > now);
        self.model.ended.retain(|_, until| *until > now);
        let swept = before - held(&self.model);
        assert_eq!(self.store.sweep(now).await.expect("it answers"), swept as u64);
    }

    async fn compare_all(&mut self) {
        for id in (1..=SESSIONS).map(session) {
            let loaded = self.store.load(id).await.expect("it answers");
            let expected = self.model.stored(id);
            assert_eq!(loaded.as_ref().map(whole), expected.as_ref().map(whole));
        }
        let all = ListQuery { limit: 99, ..ListQuery::default() };
        let listed = self.store.list(all.clone()).await.expect("it answers");
        let listed: Vec<_> = listed.into_iter().map(|s| (s.session, s.version, s.title)).collect();
        assert_eq!(listed, self.model.listed(&all));
        self.compare_turns().await;
    }
}
