//! The bus of a node that is alone. Must not know that others could exist.

use async_trait::async_trait;
use tokio::sync::broadcast;

use crate::{Bus, BusError, Signal};

/// Signals that a slow receiver may lag behind: a few hundred milliseconds of a busy node.
const CAPACITY: usize = 4096;

/// Carries signals within this process.
#[derive(Debug)]
pub struct LocalBus {
    sender: broadcast::Sender<Signal>,
}

impl Default for LocalBus {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(CAPACITY) }
    }
}

#[async_trait]
impl Bus for LocalBus {
    fn signal(&self, signal: Signal) {
        // Nobody listening is no error: a signal is a hint.
        let _ = self.sender.send(signal);
    }

    fn signals(&self) -> broadcast::Receiver<Signal> {
        self.sender.subscribe()
    }

    async fn ready(&self) -> Result<(), BusError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;

    #[tokio::test]
    async fn keeps_the_contract() {
        contract::every_receiver_gets_every_signal_in_order(&LocalBus::default()).await;
        contract::a_late_receiver_gets_only_what_follows(&LocalBus::default()).await;
        contract::nobody_listening_is_no_error(&LocalBus::default()).await;
    }
}
