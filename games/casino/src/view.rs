//! What a viewer sees of a wallet: its owner what is theirs to know, others nothing. Must not know how
//! it changes.

use game::Timestamp;
use serde::Serialize;

use crate::slot::Paytable;
use crate::{Wallet, crash};

/// A wallet as its owner sees it; all others see `null`.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct View(Option<Open>);

#[derive(Debug, Clone, Serialize)]
struct Open {
    balance: u64,
    streak: u32,
    pity: u8,
    paytable: Paytable,
    fairness: Fairness,
    crash: Option<OpenRound>,
}

#[derive(Debug, Clone, Serialize)]
struct Fairness {
    commitment: String,
    next_commitment: String,
    client_seed: String,
    counter: u64,
}

#[derive(Debug, Clone, Serialize)]
struct OpenRound {
    game_id: u64,
    bet_amount: u64,
    started_at: Timestamp,
    commitment: String,
    auto_cashout_multiplier: Option<f64>,
}

pub(crate) fn view(wallet: &Wallet, own: bool) -> View {
    View(own.then(|| Open {
        balance: wallet.balance,
        streak: wallet.streak,
        pity: wallet.pity,
        paytable: wallet.paytable,
        fairness: Fairness {
            commitment: wallet.seeds.server.commitment(),
            next_commitment: wallet.seeds.next.commitment(),
            client_seed: wallet.seeds.client.clone(),
            counter: wallet.seeds.counter,
        },
        crash: wallet.round.as_ref().map(|round| OpenRound {
            game_id: round.game_id,
            bet_amount: round.bet,
            started_at: round.started_at,
            commitment: round.commitment(),
            auto_cashout_multiplier: round.auto.map(shown),
        }),
    }))
}

/// Hundredths as people write them: 1.01.
pub(crate) fn shown(multiplier: u32) -> f64 {
    f64::from(multiplier) / f64::from(crash::ONE)
}
