//! What every bus must do, as a suite that each adapter runs. Must not know any adapter.

use game::{SessionId, Version};

use crate::{Bus, Signal};

/// Signals that one case sends.
const MANY: u64 = 100;

fn moved(version: u64) -> Signal {
    Signal::Moved(SessionId::new(7).expect("7 is an id"), Version(version))
}

/// All receivers, the sender's node included, get what is sent by one node in its order.
pub async fn every_receiver_gets_every_signal_in_order(bus: &dyn Bus) {
    let mut receivers = [bus.signals(), bus.signals()];
    for version in 1..=MANY {
        bus.signal(moved(version));
    }
    for receiver in &mut receivers {
        for version in 1..=MANY {
            assert_eq!(receiver.recv().await, Ok(moved(version)));
        }
    }
}

/// A receiver gets nothing of what was sent before it was there.
pub async fn a_late_receiver_gets_only_what_follows(bus: &dyn Bus) {
    let mut early = bus.signals();
    bus.signal(moved(1));
    assert_eq!(early.recv().await, Ok(moved(1)));
    let mut late = bus.signals();
    bus.signal(moved(2));
    assert_eq!(late.recv().await, Ok(moved(2)));
}

/// A node without receivers can signal, and the bus stays ready.
pub async fn nobody_listening_is_no_error(bus: &dyn Bus) {
    bus.signal(moved(1));
    assert_eq!(bus.ready().await, Ok(()));
}
