//! What happens to sockets at a time: pings, silence, deadlines, the end of waiting for an answer.
//! Must not know messages.

use std::time::Duration;

use super::{
    Shard,
    conn::{Conn, Phase},
    outbox::{Entry, Kind, NONE},
};
use crate::Deadline;

impl Shard {
    /// How long nothing will happen by the clock.
    pub(super) fn next_date(&self) -> Option<Duration> {
        let drain = self.next_drain().map(|date| date.saturating_duration_since(self.now));
        [self.wheel.wait(self.now), drain].into_iter().flatten().min()
    }

    /// Looks at the sockets whose tick has come.
    pub(super) fn pay_visits(&mut self) {
        if self.draining.is_some() {
            self.drain_on();
        }
        while let Some((tick, slots)) = self.wheel.due(self.now) {
            for slot in slots {
                self.visit(slot, tick);
            }
            self.outgoing.arena.shrink();
        }
    }

    fn visit(&mut self, slot: u32, tick: u32) {
        let silent = self.wheel.ticks(self.shared.config.silent);
        let Some(conn) = self.conns[slot as usize].as_mut().filter(|conn| conn.visit == tick)
        else {
            return;
        };
        match conn.phase {
            Phase::Dead => {}
            Phase::Closing => {
                let until = conn.ending().map_or(tick, |ending| ending.until);
                if tick >= until {
                    return self.end(slot);
                }
                conn.visit = self.wheel.enter(slot, until);
            }
            Phase::Open => {
                if let Some(deadline) = conn.deadline().filter(|deadline| deadline.at <= self.now) {
                    let Deadline { code, reason, .. } = deadline.clone();
                    return self.close_with(slot, code, &reason);
                }
                if tick.saturating_sub(conn.heard) >= silent {
                    return self.close_silent(slot);
                }
                if tick >= conn.next_ping {
                    self.ping(slot, tick);
                }
                self.plan_visit(slot);
            }
        }
    }

    fn ping(&mut self, slot: u32, tick: u32) {
        let heartbeat = self.wheel.ticks(self.shared.config.heartbeat);
        let Some(conn) = &mut self.conns[slot as usize] else { return };
        conn.next_ping = tick.saturating_add(heartbeat);
        // It would wait behind what the client does not read, and say nothing new.
        if conn.blocked {
            return;
        }
        let (frame, at) = (self.ping.clone(), self.outgoing.micros);
        self.outgoing.put(conn, Entry { frame, kind: Kind::Direct, slot, channel: NONE, at });
    }

    /// Enters the next visit: the ping, the end of silence or the deadline, whichever is first.
    pub(super) fn plan_visit(&mut self, slot: u32) {
        let silent = self.wheel.ticks(self.shared.config.silent);
        let Some(conn) = &mut self.conns[slot as usize] else { return };
        let deadline = conn.deadline().map(|deadline| self.wheel.tick_after(deadline.at));
        let next = conn.next_ping.min(conn.heard.saturating_add(silent));
        conn.visit = self.wheel.enter(slot, deadline.map_or(next, |date| date.min(next)));
    }

    /// Sets, moves or lifts the deadline.
    pub(super) fn set_deadline(&mut self, slot: u32, deadline: Option<Deadline>) {
        let Some(conn) = &mut self.conns[slot as usize] else { return };
        let date = deadline.as_ref().map(|deadline| self.wheel.tick_after(deadline.at));
        if deadline.is_some() || conn.rare.is_some() {
            conn.rare.get_or_insert_default().deadline = deadline;
        }
        if date.is_some_and(|date| date < conn.visit) {
            self.plan_visit(slot);
        }
    }

    /// The ticks at which a new socket was heard and is pinged: spread over a heartbeat, so that
    /// sockets that came together do not beat together.
    pub(super) fn first_ping(&self, conn: &Conn, slot: u32) -> u32 {
        let heartbeat = self.wheel.ticks(self.shared.config.heartbeat).max(1);
        let spread = slot.wrapping_add(conn.generation).wrapping_mul(0x9e37_79b1) >> 8;
        conn.since.saturating_add(1 + spread % heartbeat)
    }
}
