//! What the store says of commits in flight, and what follows from it. Must not know how a command
//! is decided.

use std::collections::VecDeque;

use game::{Timestamp, Version};

use super::{Answers, Asked, Command, Effect, Pending, Refused, Session, Undone, Waiting, all_of};
use crate::limits::DEADLINE_RETRY;
use crate::{Hash, Keyed, Stored};

impl Session {
    /// Takes the commit that this notice is about out of the queue. Notices come in the order of
    /// commits: one about another commit means nothing.
    fn noticed(&mut self, head: Hash) -> Option<Pending> {
        match self.queue.front() {
            Some(Waiting::Commit(pending)) if pending.next.head == head => {}
            _ => return None,
        }
        match self.queue.pop_front() {
            Some(Waiting::Commit(pending)) => Some(*pending),
            _ => None,
        }
    }

    pub(super) fn committed(&mut self, head: Hash, effects: &mut Vec<Effect>) {
        let Some(Pending { asked, next, events, keyed, answer, deleted }) = self.noticed(head)
        else {
            return;
        };
        if let Some(keyed) = keyed {
            self.answers.remember(keyed);
        }
        if let Asked::Command(command) = asked {
            effects.push(Effect::Answer(command.ticket, Ok(answer)));
        }
        if self.reloading {
            // It rested on a commit of ours that the store did not take; but another node had
            // committed the very same (a deadline, say), so it follows that one.
            self.drain(effects);
            return;
        }
        self.views.advance(next.version, next.state.clone(), next.bytes);
        self.confirmed = next;
        self.keep_events(&events);
        if deleted {
            self.deleted = true;
            effects.push(Effect::Deleted);
        } else {
            effects.push(Effect::Publish(events));
        }
        self.release(effects);
        if self.behind && self.queue.is_empty() {
            self.behind = false;
            effects.push(Effect::Reload);
        }
    }

    /// Gives out the answers that rested on what is confirmed by now.
    fn release(&mut self, effects: &mut Vec<Effect>) {
        while let Some(waiting) = self.queue.pop_front() {
            match waiting {
                Waiting::Answer(command, outcome) => {
                    effects.push(Effect::Answer(command.ticket, outcome));
                }
                Waiting::Repeat(command) => {
                    let outcome = self.answers.answer_to(&command).unwrap_or(Err(Refused::Busy));
                    effects.push(Effect::Answer(command.ticket, outcome));
                }
                commit @ Waiting::Commit(_) => {
                    self.queue.push_front(commit);
                    return;
                }
            }
        }
    }

    /// The commits behind this one rest on it. They are not asked again before their own notices
    /// have come: one that is in the store after all must not be carried out twice.
    pub(super) fn not_committed(
        &mut self,
        now: Timestamp,
        head: Hash,
        why: Undone,
        effects: &mut Vec<Effect>,
    ) {
        let Some(Pending { asked, .. }) = self.noticed(head) else { return };
        self.reloading = true;
        self.behind = false;
        // A deadline is not asked again: the state that comes back states its own.
        let command = match asked {
            Asked::Command(command) => Some(command),
            Asked::Clock(_) => None,
        };
        match (why, command) {
            (Undone::Conflict, command) => self.undone.extend(command),
            (Undone::Duplicate(keyed), command) => {
                self.undone.extend(command);
                self.answer_repeats(*keyed, effects);
            }
            (Undone::Unavailable(why), command) => {
                self.no_deadline_before = now.plus(DEADLINE_RETRY);
                if let Some(command) = command {
                    let refused = Refused::Unavailable(why);
                    effects.push(Effect::Answer(command.ticket, Err(refused)));
                }
            }
        }
        self.drain(effects);
    }

    /// Answers those that have this key, here and now: if it is an old one, the reload would push
    /// it out of `answers` again.
    fn answer_repeats(&mut self, keyed: Keyed, effects: &mut Vec<Effect>) {
        let mut known = Answers::default();
        known.remember(keyed);
        let mut stays = |command: &Command| match known.answer_to(command) {
            Some(outcome) => {
                effects.push(Effect::Answer(command.ticket, outcome));
                false
            }
            None => true,
        };
        self.undone.retain(&mut stays);
        self.queue.retain(|waiting| match waiting {
            Waiting::Repeat(command) => stays(command),
            Waiting::Commit(_) | Waiting::Answer(..) => true,
        });
    }

    /// While `reloading`: takes down what waits for no notice; once all notices have come, the
    /// store says where the session is.
    fn drain(&mut self, effects: &mut Vec<Effect>) {
        while let Some(waiting) = self.queue.pop_front() {
            match waiting {
                Waiting::Answer(command, _) | Waiting::Repeat(command) => {
                    self.undone.push_back(command);
                }
                commit @ Waiting::Commit(_) => {
                    self.queue.push_front(commit);
                    return;
                }
            }
        }
        effects.push(Effect::Reload);
    }

    pub(super) fn reloaded(&mut self, now: Timestamp, stored: Stored, effects: &mut Vec<Effect>) {
        if !self.queue.is_empty() {
            // Their notices come first. Either they conflict and there is another reload, or they
            // are part of what was loaded, with others' commits after them.
            self.behind |= !self.reloading && stored.version > self.head().version;
            return;
        }
        if !self.reloading && stored.version <= self.confirmed.version {
            return; // nothing new
        }
        self.reloading = false;
        let before = self.confirmed.version;
        if stored.version > before {
            match Self::point(&*self.game, &stored) {
                Ok(point) => {
                    self.views.advance(point.version, point.state.clone(), point.bytes);
                    self.confirmed = point;
                }
                Err(error) => {
                    self.refused_deadline = Some(self.confirmed.head);
                    for command in self.take_parked() {
                        let refused = Refused::Unavailable(error.to_string());
                        effects.push(Effect::Answer(command.ticket, Err(refused)));
                    }
                    return;
                }
            }
            let first = stored.recent.first().map_or(stored.version.next(), |entry| entry.version);
            if first > before.next() {
                // Some commits in between came without their events.
                self.events.clear();
                self.events_after = all_of(Version(first.0 - 1));
            }
            let events = self.read_events(&stored.recent, before);
            self.keep_events(&events);
            effects.push(Effect::Publish(events));
        }
        stored.keyed.into_iter().for_each(|keyed| self.answers.remember(keyed));
        if stored.deleted && !self.deleted {
            self.deleted = true;
            effects.push(Effect::Deleted);
        }
        for command in self.take_parked() {
            self.ask(now, Asked::Command(command), effects);
        }
    }

    /// In the order in which they were asked.
    fn take_parked(&mut self) -> VecDeque<Command> {
        let mut commands = std::mem::take(&mut self.undone);
        commands.append(&mut self.parked);
        commands
    }
}
