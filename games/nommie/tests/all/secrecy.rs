//! Nobody is told a card that is not theirs: the leak checker of `game::testkit` on whole games.

use game::testkit::{Channel, Given, Secrets, StateOf, Twin, check, check_with, look};
use game::{Actor, Draws, Game, SeatId, Viewer};
use nommie::{Card, Command, Nommie, Options, Table, deck, playable};
use serde_json::{Value, json};

use crate::world::{PEOPLE, parse, person, user};

struct NommieSecrets;

/// How often other hands are dealt before a step is skipped.
const TRIES: usize = 60;

/// What this viewer sees.
fn view(table: &Table, viewer: Viewer) -> Value {
    serde_json::to_value(Nommie::view(table, viewer)).unwrap()
}

fn hands(table: &Table) -> Option<[Vec<Card>; 4]> {
    let stored = serde_json::to_value(table).unwrap();
    serde_json::from_value(stored["round"]["hands"].clone()).ok()
}

fn with_hands(table: &Table, hands: &[Vec<Card>; 4]) -> Table {
    let mut stored = serde_json::to_value(table).unwrap();
    stored["round"]["hands"] = json!(hands);
    serde_json::from_value(stored).unwrap()
}

fn to_act(table: &Table) -> Option<u8> {
    view(table, Viewer::Spectator)["snapshot"]["phase"]["data"]["to_act"].as_u64().map(|n| n as u8)
}

/// Seats whose cards must stay, so that the command can follow with the same outcome.
fn keeps(table: &Table, next: Option<&Given<NommieSecrets>>) -> (Option<u8>, Option<Card>) {
    match next {
        Some((_, Command::Play { card })) => (None, card.parse().ok()),
        // A bot chooses by its hand, and what it chooses is seen.
        Some((_, Command::BotMove | Command::TimeOut)) => (to_act(table), None),
        _ => (None, None),
    }
}

impl Secrets for NommieSecrets {
    type Game = Nommie;
    const SEATS: u8 = 4;

    fn start(random: &mut Draws) -> (Options, Actor) {
        let clock = json!({"kind": "increment", "seconds": 50, "increment": 2, "grace_seconds": 9});
        let clock = if random.below(2) == 0 { clock } else { Value::Null };
        (parse(&json!({"bot_pace_ms": 500, "turn_clock": clock})), person("ann"))
    }

    fn next(table: &Table, random: &mut Draws) -> Option<Given<Self>> {
        let open = view(table, Viewer::Spectator)["snapshot"].clone();
        let someone = person(PEOPLE[random.below(4) as usize]);
        match open["phase"]["phase"].as_str()? {
            "GameOver" => return None,
            "Init" => {
                let seats = open["game"]["seating"].as_array()?;
                let free = seats
                    .iter()
                    .any(|seat| !seat["is_ai"].as_bool().unwrap() && seat["user_id"].is_null());
                let waits = seats.iter().position(|seat| seat["is_ready"] == false);
                return Some(match random.below(8) {
                    0 if free => (person("ann"), Command::AddBot { seat: None, profile: None }),
                    _ if free => {
                        let new = PEOPLE
                            .iter()
                            .find(|name| Nommie::seat_of(table, &user(name)).is_none());
                        (person(new?), Command::Join { player: None })
                    }
                    _ => {
                        let id = seats[waits?]["user_id"].as_str()?;
                        (person(id), Command::Ready { is_ready: true })
                    }
                });
            }
            _ => {}
        }
        if random.below(30) == 0 {
            let user = someone.user()?;
            let command = match Nommie::seat_of(table, user) {
                Some(seat) if random.below(2) == 0 => {
                    let here = random.below(2) == 0;
                    let heard = Nommie::seat_presence(table, seat, here);
                    return heard
                        .map(|command| (Actor::System, command))
                        .or_else(|| Self::next(table, random));
                }
                Some(_) => Command::Leave,
                None => Command::Rejoin { player: None },
            };
            let member = Nommie::members(table).contains(user);
            if member {
                return Some((someone, command));
            }
        }
        let seat = SeatId(to_act(table).unwrap_or_default());
        let holder = PEOPLE.iter().find(|name| Nommie::seat_of(table, &user(name)) == Some(seat));
        let legal = Nommie::legal(table, seat);
        match (holder, random.pick(&legal), random.below(12)) {
            (Some(name), Some(command), 1..) => Some((person(name), command.clone())),
            _ => Some((
                Actor::Clock,
                Nommie::deadline(table).map_or_else(
                    || legal.first().cloned().unwrap_or(Command::NextRound),
                    |due| due.command,
                ),
            )),
        }
        .map(|(actor, command)| match (&actor, &command) {
            // Without a clock nothing is due on a person's turn: they move themselves.
            (Actor::Clock, Command::Bid { .. } | Command::Trump { .. } | Command::Play { .. }) => {
                (person(holder.unwrap()), command)
            }
            _ => (actor, command),
        })
    }

    fn attempts(table: &Table, viewer: Viewer, random: &mut Draws) -> Vec<Given<Self>> {
        let seated = |name: &&&str| Nommie::seat_of(table, &user(name)) == viewer.seat();
        let name = match viewer {
            Viewer::Spectator => "eve",
            Viewer::Seat(_) => PEOPLE.iter().find(seated).copied().unwrap_or("eve"),
        };
        let cards = deck();
        let mut tries: Vec<Command> = (0..4)
            .map(|_| Command::Play { card: random.pick(&cards).unwrap().to_string() })
            .collect();
        tries.push(Command::Bid { bid: random.below(16) as i64 - 1 });
        tries.push(Command::Trump { trump: nommie::Trump::Hearts });
        tries.push(Command::BotMove);
        tries.into_iter().map(|command| (person(name), command)).collect()
    }

    fn permute(
        table: &StateOf<Self>,
        viewer: Viewer,
        next: Option<&Given<Self>>,
        random: &mut Draws,
    ) -> Option<Twin<Self>> {
        let Some(real) = hands(table) else {
            let twin = Twin::new(table.clone());
            let deals = matches!(next, Some((_, Command::Ready { .. } | Command::AddBot { .. })));
            return Some(if deals && viewer == Viewer::Spectator {
                twin.with_other_draws()
            } else {
                twin
            });
        };
        let own = viewer.seat().map(|seat| seat.0);
        let (kept, played) = keeps(table, next);
        let player = to_act(table);
        let led: Option<Card> =
            view(table, Viewer::Spectator)["snapshot"]["phase"]["data"]["current_trick"][0][1]
                .as_str()
                .and_then(|card| card.parse().ok());
        let stays = |seat: u8| Some(seat) == own || Some(seat) == kept;
        for _ in 0..TRIES {
            let mut pool: Vec<Card> = (0..4u8)
                .filter(|seat| !stays(*seat))
                .flat_map(|seat| real[usize::from(seat)].clone())
                .filter(|card| Some(*card) != played || own == player)
                .collect();
            // Before the first card also those that were not dealt.
            if table_is_fresh(table) {
                let dealt: Vec<Card> = real.iter().flatten().copied().collect();
                pool.extend(deck().into_iter().filter(|card| !dealt.contains(card)));
            }
            random.shuffle(&mut pool);
            let mut twin = real.clone();
            for seat in (0..4u8).filter(|seat| !stays(*seat)) {
                let hand = &mut twin[usize::from(seat)];
                let mut size = hand.len();
                hand.clear();
                if let Some(card) = played.filter(|_| Some(seat) == player) {
                    hand.push(card);
                    size -= 1;
                }
                hand.extend(pool.split_off(pool.len() - size));
                hand.sort_unstable();
            }
            let follows = |card: Card| {
                let hand = &twin[usize::from(player.unwrap_or_default())];
                playable(hand, led.map(Card::suit)).contains(&card)
            };
            if played.is_none_or(follows) {
                let twin = Twin::new(with_hands(table, &twin));
                let deals = matches!(next, Some((_, Command::NextRound)));
                let blind = deals && viewer == Viewer::Spectator;
                return Some(if blind { twin.with_other_draws() } else { twin });
            }
        }
        None
    }
}

/// Is no card of this round played yet?
fn table_is_fresh(table: &Table) -> bool {
    let phase = view(table, Viewer::Spectator)["snapshot"]["phase"]["phase"].clone();
    phase == "Bidding" || phase == "TrumpSelect"
}

#[test]
fn no_viewer_is_told_a_card_that_is_not_theirs() {
    for seed in 1..=3 {
        let checked = check::<NommieSecrets>(seed, 2, 400).expect("nothing leaks");
        println!("seed {seed}: {checked:?}");
    }
}

/// The leak of this game's first implementation: the playable cards of the seat whose turn it is
/// stood in what everyone sees. In a server that did so, the check fails.
#[test]
fn the_old_leak_is_found() {
    let failure = check_with::<NommieSecrets>(1, 2, 400, |world| {
        let mut sights = look(world);
        let seat = to_act(world.state).map(SeatId);
        let playable = seat.map(|seat| Nommie::legal(world.state, seat));
        sights.json(Channel::View, &playable);
        sights
    })
    .expect_err("everyone sees what may be played");
    let report = format!("{failure:?}");
    println!("{report}");
    assert!(report.contains("view"), "{report}");
}
