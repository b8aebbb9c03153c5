//! A toy game of cards with many secrets, and a switch for each way to give one away. The kit's
//! tests play it, and the engine's. Must not know how leaks are found.
//!
//! Three seats. On a turn one plays a card openly, or does something in secret: draws a card, or
//! buries one of the hand. Others do not see which, so that even the number of cards in a hand is a
//! secret.

use game::testkit::{Secrets, Twin};
use game::{
    Actor, Commit, Ctx, Deadline, Draws, Game, GameName, Refusal, SeatId, Status, Timestamp,
    UserId, Viewer,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const NAMES: [&str; 3] = ["ann", "bob", "cid"];
const CARDS: u8 = 24;
const HAND: usize = 4;
const TURNS: u32 = 12;
const TURN_MILLIS: u64 = 30_000;

/// Stands in each view, so that a patch is worth its while.
const RULES: &str = "A card fits on one of its suit or of its rank. Whoever has none that fits, or \
                     wants to keep it, draws a card or buries one, and does not say which of the two. \
                     A card is marked; nobody is told which. After twelve turns it is over.";

/// What is done wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plant {
    Nothing,
    HandSizeInView,
    CardInView,
    PlayableInView,
    PaddingInView,
    CardInEvent,
    BuriedInEvent,
    DealtInEvent,
    MarkInFirstEvent,
    EventIfAce,
    CardInRefusal,
    RefusedIfAce,
    DeckInReply,
    Deadline,
    Title,
    Summary,
    LegalOfAnother,
    AceToAct,
}

/// All that can be planted.
pub(crate) const PLANTS: [Plant; 17] = [
    Plant::HandSizeInView,
    Plant::CardInView,
    Plant::PlayableInView,
    Plant::PaddingInView,
    Plant::CardInEvent,
    Plant::BuriedInEvent,
    Plant::DealtInEvent,
    Plant::MarkInFirstEvent,
    Plant::EventIfAce,
    Plant::CardInRefusal,
    Plant::RefusedIfAce,
    Plant::DeckInReply,
    Plant::Deadline,
    Plant::Title,
    Plant::Summary,
    Plant::LegalOfAnother,
    Plant::AceToAct,
];

/// `$act!(number)` with the number of `$plant` as a constant.
macro_rules! by_plant {
    ($plant:expr, $act:ident) => {
        match $plant {
            Plant::Nothing => $act!(Plant::Nothing as usize),
            Plant::HandSizeInView => $act!(Plant::HandSizeInView as usize),
            Plant::CardInView => $act!(Plant::CardInView as usize),
            Plant::PlayableInView => $act!(Plant::PlayableInView as usize),
            Plant::PaddingInView => $act!(Plant::PaddingInView as usize),
            Plant::CardInEvent => $act!(Plant::CardInEvent as usize),
            Plant::BuriedInEvent => $act!(Plant::BuriedInEvent as usize),
            Plant::DealtInEvent => $act!(Plant::DealtInEvent as usize),
            Plant::MarkInFirstEvent => $act!(Plant::MarkInFirstEvent as usize),
            Plant::EventIfAce => $act!(Plant::EventIfAce as usize),
            Plant::CardInRefusal => $act!(Plant::CardInRefusal as usize),
            Plant::RefusedIfAce => $act!(Plant::RefusedIfAce as usize),
            Plant::DeckInReply => $act!(Plant::DeckInReply as usize),
            Plant::Deadline => $act!(Plant::Deadline as usize),
            Plant::Title => $act!(Plant::Title as usize),
            Plant::Summary => $act!(Plant::Summary as usize),
            Plant::LegalOfAnother => $act!(Plant::LegalOfAnother as usize),
            Plant::AceToAct => $act!(Plant::AceToAct as usize),
        }
    };
}
pub(crate) use by_plant;

/// The game with one leak, which is named by its number.
pub(crate) struct Cards<const PLANT: usize>;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct State {
    /// A card that is worth more; nobody is ever told.
    marked: u8,
    /// The next card is the last.
    deck: Vec<u8>,
    hands: [Vec<u8>; 3],
    table: Vec<u8>,
    turn: u32,
    since: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Command {
    Deal,
    Play(u8),
    /// Buries this card, or draws one.
    Secretly(Option<u8>),
    Skip,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    Opened { marked: u8 },
    Dealt { first: u8 },
    Played { seat: u8, card: u8 },
    Secretly { seat: u8, drawn: Option<u8>, buried: Option<u8> },
    Skipped,
    AceNear,
}

impl State {
    fn to_act(&self) -> Option<usize> {
        let dealt = self.turn > 0 && self.turn <= TURNS;
        dealt.then(|| (self.turn as usize - 1) % NAMES.len())
    }

    fn fits(&self, card: u8) -> bool {
        self.table.last().is_none_or(|top| top % 4 == card % 4 || top / 4 == card / 4)
    }

    fn playable(&self, seat: usize) -> Vec<u8> {
        self.hands[seat].iter().copied().filter(|card| self.fits(*card)).collect()
    }

    fn ace_to_act(&self) -> bool {
        self.to_act().is_some_and(|seat| self.hands[seat].iter().any(|card| card / 4 == 0))
    }

    fn first_of_bob(&self) -> Option<u8> {
        self.hands[1].first().copied()
    }
}

fn index(viewer: Viewer) -> Option<usize> {
    viewer.seat().map(|seat| usize::from(seat.0))
}

fn person(name: &str) -> Actor {
    Actor::User(UserId::new(name).expect("a good name"))
}

impl<const PLANT: usize> Cards<PLANT> {
    fn does(plant: Plant) -> bool {
        PLANT == plant as usize
    }

    fn allowed(state: &State, actor: &Actor, command: &Command) -> Result<usize, Refusal> {
        match (command, actor) {
            (Command::Deal, Actor::System) if state.turn == 0 => return Ok(0),
            (Command::Skip, Actor::Clock) => {
                return state.to_act().ok_or_else(|| Refusal::rule("OVER", "too late"));
            }
            (Command::Deal | Command::Skip, _) => return Err(Refusal::forbidden("not by you")),
            _ => {}
        }
        let seat = actor.user().and_then(|user| Self::seat_of(state, user));
        let seat = usize::from(seat.ok_or_else(|| Refusal::forbidden("not at this table"))?.0);
        if Self::does(Plant::RefusedIfAce) && state.ace_to_act() && state.to_act() != Some(seat) {
            return Err(Refusal::rule("PATIENCE", "something big may come"));
        }
        if state.to_act() != Some(seat) {
            return Err(Refusal::rule("NOT_YOUR_TURN", "wait"));
        }
        if let Command::Play(card) | Command::Secretly(Some(card)) = command
            && !state.hands[seat].contains(card)
        {
            let holder = state.hands.iter().position(|hand| hand.contains(card));
            let message = match holder {
                Some(holder) if Self::does(Plant::CardInRefusal) => {
                    format!("{} holds it", NAMES[holder])
                }
                _ => "you do not hold this card".to_owned(),
            };
            return Err(Refusal::rule("NOT_YOURS", message));
        }
        match command {
            Command::Play(card) if !state.fits(*card) => Err(Refusal::rule("NO_FIT", "no fit")),
            _ => Ok(seat),
        }
    }
}

impl<const PLANT: usize> Game for Cards<PLANT> {
    const NAME: GameName = "cards";
    type Options = Value;
    type State = State;
    type Command = Command;
    type Event = Event;
    type View = Value;
    type EventView = Value;

    fn create(_: Value, _: &Actor, ctx: &mut Ctx) -> Result<Commit<State, Event>, Refusal> {
        let marked = u8::try_from(ctx.random.below(u64::from(CARDS))).unwrap_or_default();
        let nothing = || Vec::new();
        let hands = [nothing(), nothing(), nothing()];
        let (deck, table) = (nothing(), nothing());
        let state = State { marked, deck, hands, table, turn: 0, since: ctx.now };
        Ok(Commit::new(state).with_event(Event::Opened { marked }))
    }

    fn apply(
        state: &State,
        actor: &Actor,
        command: Command,
        ctx: &mut Ctx,
    ) -> Result<Commit<State, Event>, Refusal> {
        let seat = Self::allowed(state, actor, &command)?;
        let number = u8::try_from(seat).unwrap_or_default();
        let mut next = state.clone();
        (next.turn, next.since) = (state.turn + 1, ctx.now);
        let mut reply = Value::Null;
        let event = match command {
            Command::Deal => {
                next.deck = (0..CARDS).collect();
                ctx.random.shuffle(&mut next.deck);
                for hand in &mut next.hands {
                    *hand = next.deck.split_off(next.deck.len() - HAND);
                }
                Event::Dealt { first: next.hands[0][0] }
            }
            Command::Play(card) => {
                next.hands[seat].retain(|held| *held != card);
                next.table.push(card);
                Event::Played { seat: number, card }
            }
            Command::Secretly(buried) => {
                let drawn = if buried.is_none() { next.deck.pop() } else { None };
                next.hands[seat].extend(drawn);
                if let Some(buried) = buried {
                    next.hands[seat].retain(|held| *held != buried);
                    next.deck.insert(0, buried);
                }
                reply = json!({ "drawn": drawn });
                if Self::does(Plant::DeckInReply) {
                    reply["next"] = json!(next.deck.last());
                }
                Event::Secretly { seat: number, drawn, buried }
            }
            Command::Skip => Event::Skipped,
        };
        let near = Self::does(Plant::EventIfAce) && next.ace_to_act();
        let commit = Commit::new(next).with_event(event).with_reply(reply);
        Ok(if near { commit.with_event(Event::AceNear) } else { commit })
    }

    fn view(state: &State, viewer: Viewer) -> Value {
        let mut view = json!({
            "table": state.table, "turn": state.turn, "to_act": state.to_act(),
            "hand": index(viewer).map(|seat| &state.hands[seat]), "rules": RULES.repeat(3),
        });
        if Self::does(Plant::HandSizeInView) {
            view["sizes"] = json!(state.hands.each_ref().map(Vec::len));
        }
        if Self::does(Plant::CardInView) {
            view["bobs"] = json!(state.first_of_bob());
        }
        if Self::does(Plant::PlayableInView) {
            view["playable"] = json!(state.to_act().map(|seat| state.playable(seat)));
        }
        if Self::does(Plant::PaddingInView) {
            view["padding"] = json!("x".repeat(state.first_of_bob().unwrap_or(0).into()));
        }
        view
    }

    fn event_for(event: &Event, viewer: Viewer) -> Option<Value> {
        Some(match event {
            Event::Opened { marked } if Self::does(Plant::MarkInFirstEvent) => json!([marked]),
            Event::Opened { .. } => return None,
            Event::Dealt { first } if Self::does(Plant::DealtInEvent) => json!(["dealt", first]),
            Event::Dealt { .. } => json!(["dealt"]),
            Event::Played { seat, card } => json!(["played", seat, card]),
            Event::Secretly { seat, drawn, buried } => {
                let own = index(viewer) == Some(usize::from(*seat));
                let drawn = drawn.filter(|_| own || Self::does(Plant::CardInEvent));
                let buried = buried.filter(|_| own || Self::does(Plant::BuriedInEvent));
                json!(["secretly", seat, drawn, buried])
            }
            Event::Skipped => json!(["skipped"]),
            Event::AceNear => json!(["soon"]),
        })
    }

    fn title(state: &State) -> String {
        match state.first_of_bob() {
            Some(card) if Self::does(Plant::Title) => format!("Cards, with {card}"),
            _ => "Cards".to_owned(),
        }
    }

    fn summary(state: &State) -> Value {
        let left = state.deck.len();
        if Self::does(Plant::Summary) { json!({ "left": left }) } else { json!({}) }
    }

    fn seat_of(_: &State, user: &UserId) -> Option<SeatId> {
        let seat = NAMES.iter().position(|name| *name == user.as_str())?;
        u8::try_from(seat).ok().map(SeatId)
    }

    fn to_act(state: &State) -> Vec<UserId> {
        let shown = !Self::does(Plant::AceToAct) || state.ace_to_act();
        let seat = state.to_act().filter(|_| shown);
        seat.and_then(|seat| UserId::new(NAMES[seat]).ok()).into_iter().collect()
    }

    fn status(state: &State) -> Status {
        if state.turn > TURNS { Status::Ended } else { Status::Running }
    }

    fn legal(state: &State, seat: SeatId) -> Vec<Command> {
        let own = Some(usize::from(seat.0));
        let of = state.to_act().filter(|_| Self::does(Plant::LegalOfAnother)).or(own);
        match of {
            Some(seat) if state.to_act() == of => {
                state.playable(seat).into_iter().map(Command::Play).collect()
            }
            _ => Vec::new(),
        }
    }

    fn deadline(state: &State) -> Option<Deadline<Command>> {
        state.to_act()?;
        let thinks = Self::does(Plant::Deadline) && state.ace_to_act();
        let at = state.since.plus(TURN_MILLIS + u64::from(thinks));
        Some(Deadline { at, command: Command::Skip })
    }
}

/// How a table of cards is played at random, and what each seat cannot see.
pub(crate) struct AtRandom<const PLANT: usize>;

impl<const PLANT: usize> Secrets for AtRandom<PLANT> {
    type Game = Cards<PLANT>;
    const SEATS: u8 = 3;

    fn start(_: &mut Draws) -> (Value, Actor) {
        (Value::Null, person("ann"))
    }

    fn next(state: &State, random: &mut Draws) -> Option<(Actor, Command)> {
        if state.turn == 0 {
            return Some((Actor::System, Command::Deal));
        }
        let seat = state.to_act()?;
        let command = match (random.below(8), random.pick(&state.playable(seat))) {
            (0, _) => return Some((Actor::Clock, Command::Skip)),
            (1..=4, Some(card)) => Command::Play(*card),
            (draw, _) => {
                Command::Secretly(random.pick(&state.hands[seat]).copied().filter(|_| draw == 7))
            }
        };
        Some((person(NAMES[seat]), command))
    }

    fn attempts(_: &State, viewer: Viewer, random: &mut Draws) -> Vec<(Actor, Command)> {
        let who = person(index(viewer).map_or("eve", |seat| NAMES[seat]));
        let mut card = || u8::try_from(random.below(u64::from(CARDS))).unwrap_or_default();
        let secretly = Command::Secretly(Some(card()));
        let mut tries = vec![Command::Deal, Command::Skip, Command::Secretly(None), secretly];
        tries.extend((0..4).map(|_| Command::Play(card())));
        tries.into_iter().map(|command| (who.clone(), command)).collect()
    }

    fn permute(
        state: &State,
        viewer: Viewer,
        next: Option<&(Actor, Command)>,
        random: &mut Draws,
    ) -> Option<Twin<Self>> {
        let own = index(viewer);
        let mut other = state.clone();
        other.marked = u8::try_from(random.below(u64::from(CARDS))).unwrap_or_default();
        if state.turn == 0 {
            // Seats see their own cards when these are dealt; spectators see none.
            let twin = Twin::new(other);
            let blind = next.is_some() && own.is_none();
            return Some(if blind { twin.with_other_draws() } else { twin });
        }
        let acts = state.to_act();
        let mut kept_on_deck = None;
        let mut kept_in_hand = None;
        match next {
            // They see the card that they draw.
            Some((_, Command::Secretly(None))) if acts == own => {
                // Where there is none to draw, there may be none in the other world: skipped.
                kept_on_deck = Some(other.deck.pop()?);
            }
            Some((_, Command::Play(card))) if acts != own => kept_in_hand = Some(*card),
            _ => {}
        }
        let mut pool = std::mem::take(&mut other.deck);
        let others: Vec<usize> = (0..NAMES.len()).filter(|seat| Some(*seat) != own).collect();
        others.iter().for_each(|seat| pool.append(&mut other.hands[*seat]));
        pool.retain(|card| Some(*card) != kept_in_hand);
        random.shuffle(&mut pool);
        for seat in &others {
            let size = usize::try_from(random.below(HAND as u64 + 1)).unwrap_or_default();
            let rest = pool.len().saturating_sub(size);
            other.hands[*seat] = pool.split_off(rest);
            if acts == Some(*seat) {
                other.hands[*seat].extend(kept_in_hand);
            }
        }
        pool.extend(kept_on_deck);
        other.deck = pool;
        let twin = match (next, acts) {
            // Nobody else knows whether a card is drawn or buried, nor which.
            (Some((actor, Command::Secretly(_))), Some(seat)) if acts != own => {
                let buried = random.pick(&other.hands[seat]).copied();
                let buried = buried.filter(|_| random.below(2) == 0);
                Twin::new(other).with_next(actor.clone(), Command::Secretly(buried))
            }
            _ => Twin::new(other),
        };
        Some(twin)
    }
}
