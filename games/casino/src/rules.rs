//! The game `casino` on the [`Game`] trait: who may do what with a wallet, and each play as one
//! commit. Must not know the odds: the games' own rooms do.

use game::{
    Actor, Announcement, Commit, Ctx, Deadline, Game, GameName, Refusal, SeatId, Timestamp, UserId,
    Viewer,
};
use serde_json::{Value, json};

use crate::command::{Command, Options};
use crate::event::{Event, Play};
use crate::limits::{CLIENT_SEED_CHARS, FIRST_TOKENS, MOST_TOKENS};
use crate::verify::Revealed;
use crate::view::{View, shown, view};
use crate::wallet::{Round, Secret, Seeds, Wallet};
use crate::{crash, gacha, rps, slot};

/// Session ids and ids of crash rounds are below: numbers that JavaScript holds.
const ID_BITS: u64 = 1 << 53;

/// Wallets and what is played with them.
#[derive(Debug, Clone, Copy)]
pub struct Casino;

type Decision<T> = Result<T, Refusal>;

impl Game for Casino {
    const NAME: GameName = "casino";
    const LISTED: bool = false;
    type Options = Options;
    type State = Wallet;
    type Command = Command;
    type Event = Event;
    type View = View;
    type EventView = Event;

    fn create(options: Options, creator: &Actor, ctx: &mut Ctx) -> Decision<Commit<Wallet, Event>> {
        if *creator != Actor::System {
            return Err(Refusal::forbidden("a wallet comes with an account"));
        }
        let server = Secret::draw(&mut ctx.random);
        let next = Secret::draw(&mut ctx.random);
        let client = format!("{:016x}", ctx.random.bits());
        Ok(Commit::new(Wallet {
            user: options.user,
            paytable: options.paytable,
            balance: FIRST_TOKENS,
            granted: FIRST_TOKENS,
            staked: 0,
            won: 0,
            streak: 0,
            pity: 0,
            seeds: Seeds { server, next, client, counter: 0 },
            round: None,
            over: Vec::new(),
        }))
    }

    fn apply(
        state: &Wallet,
        actor: &Actor,
        command: Command,
        ctx: &mut Ctx,
    ) -> Decision<Commit<Wallet, Event>> {
        check_actor(state, actor, &command)?;
        let wallet = state.clone();
        match command {
            Command::Spin { bet_amount } => spin(wallet, &bet_amount),
            Command::Rps { choice, bet_amount } => play_rps(wallet, &choice, &bet_amount),
            Command::Pull { pull_count } => pull(wallet, &pull_count),
            Command::CrashBet { bet_amount, auto_cashout_multiplier: auto } => {
                crash_bet(wallet, &bet_amount, auto.as_ref(), ctx)
            }
            Command::CrashCashout { game_id } => cash_out(wallet, &game_id, ctx.now),
            Command::Settle => settle(wallet),
            Command::Rotate { client_seed } => rotate(wallet, client_seed, ctx),
            Command::Grant { amount, .. } => grant(wallet, &amount),
        }
    }

    fn view(state: &Wallet, viewer: Viewer) -> View {
        view(state, viewer.seat() == Some(OWNER))
    }

    fn event_for(event: &Event, viewer: Viewer) -> Option<Event> {
        (viewer.seat() == Some(OWNER)).then(|| event.clone())
    }

    fn event_user(event: &Event) -> Option<UserId> {
        match event {
            Event::Play(play) => Some(play.user.clone()),
            Event::Balance { .. } | Event::Reward { .. } | Event::Rotated { .. } => None,
        }
    }

    fn announce(wallet: &Wallet, event: &Event) -> Option<Announcement> {
        let (kind, to_monitors, fields) = match event {
            Event::Play(play) => {
                let Play { game_type, bet, result, .. } = play;
                let fields = json!({ "game_type": game_type, "bet": bet, "result": result });
                ("game_event", true, fields)
            }
            Event::Balance { delta, balance } => {
                ("balance", false, json!({ "delta": delta, "balance": balance }))
            }
            Event::Reward { delta, balance } => {
                ("reward", false, json!({ "delta": delta, "balance": balance }))
            }
            Event::Rotated { revealed, commitment, next_commitment, client_seed } => {
                let fields = json!({
                    "revealed": revealed, "commitment": commitment,
                    "next_commitment": next_commitment, "client_seed": client_seed, "counter": 0,
                });
                ("fairness", false, fields)
            }
        };
        Some(Announcement { kind, user: wallet.user.clone(), to_monitors, fields })
    }

    fn title(_: &Wallet) -> String {
        "Wallet".to_owned()
    }

    fn seat_of(state: &Wallet, user: &UserId) -> Option<SeatId> {
        (state.user == *user).then_some(OWNER)
    }

    /// Its id is made from its user's: there would never be another.
    fn may_delete(_: &Wallet, _: &Actor, _: Option<&UserId>) -> bool {
        false
    }

    fn deadline(state: &Wallet) -> Option<Deadline<Command>> {
        let round = state.round.as_ref()?;
        Some(Deadline { at: round.ends_at(), command: Command::Settle })
    }
}

/// The one seat of a wallet.
const OWNER: SeatId = SeatId(0);

fn check_actor(wallet: &Wallet, actor: &Actor, command: &Command) -> Decision<()> {
    let may = match command {
        Command::Settle => *actor == Actor::Clock,
        Command::Grant { .. } => *actor == Actor::System,
        _ => actor.user() == Some(&wallet.user),
    };
    may.then_some(()).ok_or_else(|| Refusal::forbidden("that is not yours to do with this wallet"))
}

/// Tokens that are there and whose largest win, so many times as much, has room.
fn stake(wallet: &Wallet, amount: &Value, times: u64) -> Decision<u64> {
    let above = amount.as_f64().is_some_and(|amount| amount > wallet.balance as f64);
    let bet = match amount.as_u64() {
        Some(bet) if bet >= 1 => bet,
        _ if above => return Err(too_little(wallet)),
        _ => return Err(Refusal::rule("INVALID_BET", "a bet is a whole number, 1 or more")),
    };
    if bet > wallet.balance {
        return Err(too_little(wallet));
    }
    if bet.saturating_mul(times).saturating_add(wallet.at_most() - bet) > MOST_TOKENS {
        return Err(Refusal::rule("HOUSE_LIMIT", "a win of that bet would not fit the wallet"));
    }
    Ok(bet)
}

fn too_little(wallet: &Wallet) -> Refusal {
    Refusal::conflict("INSUFFICIENT_TOKENS", format!("the balance is {}", wallet.balance))
}

/// One play, whole: the stake out, the win in, what happened, and the answer with the new balance.
fn played(
    mut wallet: Wallet,
    game_type: &str,
    bet: u64,
    win: u64,
    result: Value,
    mut answer: Value,
) -> Commit<Wallet, Event> {
    wallet.stake(bet);
    wallet.win(win);
    let delta = win.cast_signed() - bet.cast_signed();
    answer["success"] = json!(true);
    tell(wallet, game_type, bet, delta, result, answer)
}

fn tell(
    wallet: Wallet,
    game_type: &str,
    bet: u64,
    delta: i64,
    result: Value,
    mut answer: Value,
) -> Commit<Wallet, Event> {
    let balance = wallet.balance;
    answer["balance"] = json!(balance);
    let user = wallet.user.clone();
    let play = Play { game_type: game_type.to_owned(), user, bet, result };
    let commit = Commit::new(wallet).with_event(Event::Play(play)).with_reply(answer);
    if delta == 0 { commit } else { commit.with_event(Event::Balance { delta, balance }) }
}

fn spin(mut wallet: Wallet, amount: &Value) -> Decision<Commit<Wallet, Event>> {
    let bet = stake(&wallet, amount, slot::MOST_TIMES)?;
    let (mut draws, counter, seed) = wallet.seeds.play();
    let reels = slot::spin(&mut draws);
    let win = slot::win(wallet.paytable, reels, bet);
    wallet.count(bet, win);
    let jackpot = slot::is_jackpot(reels);
    let message = match win {
        _ if jackpot => "Jackpot!".to_owned(),
        0 => "No luck this time.".to_owned(),
        win => format!("You win {win}."),
    };
    let result = json!({
        "reels": [reels], "win_amount": win,
        "multiplier": wallet.paytable.halves(reels) as f64 / 2.0,
        "is_jackpot": jackpot, "paytable": wallet.paytable, "counter": counter, "seed": seed,
    });
    let answer = with_message(&result, message);
    Ok(played(wallet, "slot", bet, win, result, answer))
}

fn play_rps(mut wallet: Wallet, choice: &Value, amount: &Value) -> Decision<Commit<Wallet, Event>> {
    let player = choice
        .as_str()
        .and_then(rps::Choice::named)
        .ok_or_else(|| Refusal::rule("INVALID_CHOICE", "the choice is rock, paper or scissors"))?;
    let bet = stake(&wallet, amount, rps::MOST_TIMES)?;
    let (mut draws, counter, seed) = wallet.seeds.play();
    let computer = rps::house(&mut draws);
    let outcome = rps::outcome(player, computer);
    let win = rps::win(outcome, bet);
    wallet.count(bet, win);
    let message = match outcome {
        rps::Outcome::Win => format!("You win {win}."),
        rps::Outcome::Draw => "A draw: the stake is yours again.".to_owned(),
        rps::Outcome::Lose => "The house wins.".to_owned(),
    };
    let result = json!({
        "player_choice": player, "computer_choice": computer, "result": outcome,
        "win_amount": win, "counter": counter, "seed": seed,
    });
    let answer = with_message(&result, message);
    Ok(played(wallet, "rps", bet, win, result, answer))
}

fn pull(mut wallet: Wallet, count: &Value) -> Decision<Commit<Wallet, Event>> {
    let count = count.as_u64().unwrap_or_default();
    let price = gacha::price(count).ok_or_else(|| {
        Refusal::rule("INVALID_PULL_COUNT", "pulls are sold one at a time, or ten")
    })?;
    let bet = stake(&wallet, &json!(price), 0)?;
    let (mut draws, counter, seed) = wallet.seeds.play();
    let items: Vec<gacha::Item> =
        (0..count).map(|_| gacha::pull(&mut draws, &mut wallet.pity)).collect();
    let rare = |least: gacha::Rarity| items.iter().filter(|item| item.rarity >= least).count();
    let (rares, ultra_rares) = (rare(gacha::Rarity::Rare), rare(gacha::Rarity::Epic));
    let message = match ultra_rares {
        0 => format!("{count} pulled."),
        many => format!("{count} pulled, {many} of them Epic or better!"),
    };
    let result = json!({
        "items": items, "rare_item_count": rares, "ultra_rare_item_count": ultra_rares,
        "pull_count": count, "pity": wallet.pity, "counter": counter, "seed": seed,
    });
    let answer = with_message(&result, message);
    Ok(played(wallet, "gacha", bet, 0, result, answer))
}

fn crash_bet(
    mut wallet: Wallet,
    amount: &Value,
    auto: Option<&Value>,
    ctx: &mut Ctx,
) -> Decision<Commit<Wallet, Event>> {
    if wallet.round.is_some() {
        return Err(Refusal::conflict("ROUND_OPEN", "one crash round at a time"));
    }
    let auto = auto.filter(|auto| !auto.is_null()).map(auto_multiplier).transpose()?;
    let bet = stake(&wallet, amount, crash::MOST_TIMES)?;
    let (mut draws, counter, seed) = wallet.seeds.play();
    let round = Round {
        game_id: ctx.random.below(ID_BITS - 1) + 1,
        bet,
        started_at: ctx.now,
        point: crash::point(&mut draws),
        salt: Secret::draw(&mut ctx.random),
        auto,
    };
    let result = json!({
        "phase": "bet", "game_id": round.game_id, "started_at": round.started_at,
        "commitment": round.commitment(), "counter": counter, "seed": seed,
        "auto_cashout_multiplier": round.auto.map(shown),
    });
    let answer = json!({
        "success": true, "game_id": round.game_id, "bet_amount": bet,
        "started_at": round.started_at, "commitment": round.commitment(),
    });
    wallet.round = Some(round);
    wallet.stake(bet);
    Ok(tell(wallet, "crash", bet, -bet.cast_signed(), result, answer))
}

/// A multiplier in whole hundredths.
fn auto_multiplier(value: &Value) -> Decision<u32> {
    let hundredths = value.as_f64().map(|times| times * f64::from(crash::ONE));
    let bounds = f64::from(crash::LEAST_AUTO)..=f64::from(crash::MOST);
    let whole = hundredths.map(f64::round).filter(|whole| bounds.contains(whole));
    match (hundredths, whole) {
        (Some(asked), Some(whole)) if (asked - whole).abs() < 1e-6 => Ok(whole as u32),
        _ => Err(Refusal::rule(
            "INVALID_MULTIPLIER",
            "auto_cashout_multiplier is 1.01 to 1000, with two decimals at most",
        )),
    }
}

fn cash_out(wallet: Wallet, game_id: &Value, now: Timestamp) -> Decision<Commit<Wallet, Event>> {
    let asked = game_id.as_u64();
    let Some(round) = wallet.round.as_ref().filter(|round| Some(round.game_id) == asked) else {
        return Err(match asked {
            Some(id) if wallet.over.contains(&id) => {
                Refusal::conflict("ROUND_OVER", "this round has been settled")
            }
            _ => Refusal::not_found("ROUND_NOT_FOUND", "you have no such round"),
        });
    };
    // What it ends with by itself may be overdue: the clock settles that.
    let multiplier = round.multiplier(now);
    if now >= round.ends_at() || multiplier > round.point {
        return Err(Refusal::conflict("ROUND_OVER", "too late: this round is over"));
    }
    Ok(end(wallet, Some(multiplier)))
}

fn settle(wallet: Wallet) -> Decision<Commit<Wallet, Event>> {
    let ends_with = wallet.round.as_ref().map(Round::ends_with);
    ends_with
        .map(|multiplier| end(wallet, multiplier))
        .ok_or_else(|| Refusal::conflict("ROUND_OVER", "there is no round to settle"))
}

/// The end of the open round: cashed out at a multiplier, or crashed.
fn end(mut wallet: Wallet, multiplier: Option<u32>) -> Commit<Wallet, Event> {
    let round = wallet.round.clone().expect("who calls has looked");
    let win = multiplier.map_or(0, |multiplier| crash::win(round.bet, multiplier));
    wallet.win(win);
    wallet.count(round.bet, win);
    wallet.end_round();
    let result = json!({
        "phase": if multiplier.is_some() { "cashed_out" } else { "crashed" },
        "game_id": round.game_id, "multiplier": multiplier.map(shown), "win_amount": win,
        "crash_point": shown(round.point), "salt": round.salt.reveal(),
        "commitment": round.commitment(),
    });
    let answer = json!({ "multiplier": multiplier.map(shown), "win_amount": win });
    tell(wallet, "crash", round.bet, win.cast_signed(), result, answer)
}

fn rotate(
    mut wallet: Wallet,
    client_seed: Option<String>,
    ctx: &mut Ctx,
) -> Decision<Commit<Wallet, Event>> {
    if wallet.round.is_some() {
        return Err(Refusal::conflict("ROUND_OPEN", "an open crash round rests on this seed"));
    }
    let client = client_seed.unwrap_or_else(|| wallet.seeds.client.clone());
    let length = client.chars().count();
    if length == 0 || length > CLIENT_SEED_CHARS || client.chars().any(char::is_control) {
        let why = format!("a client seed has 1 to {CLIENT_SEED_CHARS} characters");
        return Err(Refusal::rule("INVALID_CLIENT_SEED", why));
    }
    let next = wallet.seeds.followed_by(client, Secret::draw(&mut ctx.random));
    let old = std::mem::replace(&mut wallet.seeds, next);
    let revealed = Revealed {
        server_seed: old.server.reveal(),
        commitment: old.server.commitment(),
        client_seed: old.client,
        plays: old.counter,
    };
    let Seeds { server, next, client, .. } = &wallet.seeds;
    let (commitment, next_commitment) = (server.commitment(), next.commitment());
    let client_seed = client.clone();
    let answer = json!({
        "revealed": revealed, "commitment": commitment, "next_commitment": next_commitment,
        "client_seed": client_seed, "counter": 0,
    });
    let event = Event::Rotated { revealed, commitment, next_commitment, client_seed };
    Ok(Commit::new(wallet).with_event(event).with_reply(answer))
}

fn grant(mut wallet: Wallet, amount: &Value) -> Decision<Commit<Wallet, Event>> {
    let tokens = amount.as_u64().filter(|tokens| *tokens >= 1).ok_or_else(|| {
        Refusal::rule("INVALID_AMOUNT", "an amount is a whole number of tokens, 1 or more")
    })?;
    let balance = wallet.balance.saturating_add(tokens);
    if wallet.at_most().saturating_add(tokens) > MOST_TOKENS {
        return Err(Refusal::rule("HOUSE_LIMIT", "that many tokens would not fit the wallet"));
    }
    wallet.balance = balance;
    wallet.granted += tokens;
    let delta = tokens.cast_signed();
    let answer = json!({ "balance": balance });
    Ok(Commit::new(wallet).with_event(Event::Reward { delta, balance }).with_reply(answer))
}

fn with_message(result: &Value, message: String) -> Value {
    let mut answer = result.clone();
    answer["message"] = json!(message);
    answer
}
