//! The kit finds each leak that is planted in the toy game, names its way, and finds none where
//! none is. Must not know how the toy game is played.

use super::cards::{AtRandom, Command, PLANTS, Plant, State, by_plant};
use super::report::{Occasion, compare, excerpt};
use super::{Channel, Checked, Difference, Failure, Given, Leak, Secrets, Sights, Twin, check};
use crate::{Actor, Draws, Viewer};

const SEED: u64 = 20_251;
const GAMES: u32 = 20;
const STEPS: u32 = 20;

/// The check of the game with this leak.
fn checked(plant: Plant, seed: u64) -> Result<Checked, Failure> {
    macro_rules! check_one {
        ($number:expr) => {
            check::<AtRandom<{ $number }>>(seed, GAMES, STEPS)
        };
    }
    by_plant!(plant, check_one)
}

fn leak(plant: Plant, seed: u64) -> Leak {
    match checked(plant, seed) {
        Err(Failure::Leak(leak)) => *leak,
        Err(other) => panic!("{plant:?}: {other}"),
        Ok(checked) => panic!("{plant:?} was not found, seed {seed}: {checked}"),
    }
}

#[test]
fn a_game_that_keeps_its_secrets_passes() {
    let checked = checked(Plant::Nothing, SEED).expect("nothing leaks");
    println!("seed {SEED}: {checked}");
    assert_eq!(checked.games, GAMES);
    assert_eq!(checked.steps, u64::from(GAMES) * 13, "a deal and twelve turns");
    assert!(checked.permuted * 10 > checked.comparisons * 9, "{checked}");
    assert!(checked.refusals > checked.steps, "{checked}");
}

/// The way each leak takes. Exhaustive, so that a new one must say its own.
fn way(plant: Plant) -> Option<Channel> {
    use Plant::*;
    Some(match plant {
        Nothing => return None,
        HandSizeInView | CardInView | PlayableInView | PaddingInView => Channel::View,
        CardInEvent | BuriedInEvent | DealtInEvent | MarkInFirstEvent | EventIfAce => {
            Channel::Event
        }
        CardInRefusal | RefusedIfAce => Channel::Refusal,
        DeckInReply => Channel::Reply,
        Deadline => Channel::Deadline,
        Title => Channel::Title,
        Summary => Channel::Summary,
        LegalOfAnother => Channel::Legal,
        AceToAct => Channel::Lists,
    })
}

#[test]
fn each_planted_leak_is_found_by_its_way() {
    for seed in SEED..SEED + 5 {
        for plant in PLANTS {
            let leak = leak(plant, seed);
            println!("{plant:?}: {leak}\n");
            assert_eq!(Some(leak.channel), way(plant), "{plant:?}: {leak}");
            assert!(leak.game < 5, "{plant:?} was found late: {leak}");
        }
    }
}

#[test]
fn number_size_and_content_are_told_apart() {
    let difference = |plant| leak(plant, SEED).difference;
    assert_eq!(difference(Plant::EventIfAce), Difference::Count { real: 1, permuted: 2 });
    let Difference::Size { real, permuted } = difference(Plant::PaddingInView) else {
        panic!("padding has a size");
    };
    assert_eq!(permuted, real + 10, "Bob's first card is 4, or else 14");
    assert_eq!(difference(Plant::Deadline), Difference::Content);
}

#[test]
fn a_report_says_where_to_look_and_the_seed_repeats_it() {
    let found = leak(Plant::CardInRefusal, SEED);
    let report = found.to_string();
    assert_eq!(report, leak(Plant::CardInRefusal, SEED).to_string());
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines[0], "a leak to seat 0 through: refusal");
    assert!(lines[1].starts_with("  seed 20251, game 0, step 1, as they try user:ann {\""));
    assert!(lines[3].contains("NOT_YOURS: bob holds it"), "{report}");
    assert!(lines[4].contains("NOT_YOURS: you do not hold this card"), "{report}");
    assert_eq!(lines.len(), 6, "{report}");
}

#[test]
fn a_report_shows_the_bytes_around_the_first_difference_only() {
    let one = format!("{}A{}", "é".repeat(5_000), "x".repeat(5_000));
    let other = one.replace('A', "B");
    let sights = |text: &str| {
        let mut sights = Sights::default();
        sights.text(Channel::View, "the same");
        sights.text(Channel::View, text);
        sights.text(Channel::Title, text);
        sights
    };
    assert!(compare(&sights(&one), &sights(&one)).is_none());
    let found = compare(&sights(&one), &sights(&other)).expect("they differ");
    let report = found.leak(7, (3, 5), Viewer::Spectator, &Occasion::Start).to_string();
    assert!(report.contains("seed 7, game 3, step 5, as the session is opened"), "{report}");
    assert!(report.contains("content of message 2\n"), "{report}");
    assert!(report.contains("éAxxx") && report.contains("éBxxx"), "{report}");
    assert!(report.contains("from byte 9960: …"), "{report}");
    assert!(report.contains("differs as well: title\n"), "{report}");
    assert!(report.len() < 800, "{report}");
    assert_eq!(excerpt("a\nb\u{1b}c", 0, 99), "a·b·c");
}

/// The toy game, told to the kit in a way that proves nothing.
struct Told<const HOW: usize>;

const PERMUTES_NOTHING: usize = 0;
const PERMUTES_LOOKS_ONLY: usize = 1;
const SKIPS_STEPS: usize = 2;
const SKIPS_LOOKS: usize = 3;
const NEXT_IS_REFUSED: usize = 4;
const TRIES_NOTHING: usize = 5;
const SEATS_SEE_ALL: usize = 6;

type Honest = AtRandom<0>;

impl<const HOW: usize> Secrets for Told<HOW> {
    type Game = <Honest as Secrets>::Game;
    const SEATS: u8 = Honest::SEATS;

    fn start(random: &mut Draws) -> (serde_json::Value, Actor) {
        Honest::start(random)
    }

    fn next(state: &State, random: &mut Draws) -> Option<Given<Self>> {
        let next = Honest::next(state, random);
        if HOW == NEXT_IS_REFUSED { Some((Actor::System, Command::Skip)) } else { next }
    }

    fn attempts(state: &State, viewer: Viewer, random: &mut Draws) -> Vec<Given<Self>> {
        let attempts = Honest::attempts(state, viewer, random);
        if HOW == TRIES_NOTHING { Vec::new() } else { attempts }
    }

    fn permute(
        state: &State,
        viewer: Viewer,
        next: Option<&Given<Self>>,
        random: &mut Draws,
    ) -> Option<Twin<Self>> {
        match (HOW, next) {
            (PERMUTES_NOTHING, _) | (PERMUTES_LOOKS_ONLY, Some(_)) => {
                Some(Twin::new(state.clone()))
            }
            (SKIPS_STEPS, Some(_)) if viewer != Viewer::Spectator => None,
            (SKIPS_LOOKS, None) => None,
            _ => {
                let Twin { state, next, other_draws } =
                    Honest::permute(state, viewer, next, random)?;
                Some(Twin { state, next, other_draws })
            }
        }
    }

    fn sees_all(viewer: Viewer) -> bool {
        HOW == SEATS_SEE_ALL && viewer != Viewer::Spectator
    }
}

#[test]
fn a_check_that_could_not_fail_fails() {
    fn why<const HOW: usize>() -> String {
        match check::<Told<HOW>>(SEED, 5, STEPS) {
            Err(Failure::Weak { seed: SEED, why }) => why,
            Err(other) => panic!("{other}"),
            Ok(checked) => panic!("passed: {checked}"),
        }
    }
    for (why, said) in [
        (why::<PERMUTES_NOTHING>(), "changed something in 0 of 70 looks at a state"),
        (why::<PERMUTES_LOOKS_ONLY>(), "changed something in 0 of 65 steps"),
        (why::<SKIPS_STEPS>(), "for seat 0 `permute` skipped 65 of 65 steps"),
        (why::<SKIPS_LOOKS>(), "`permute` skipped a look at a state alone"),
        (why::<NEXT_IS_REFUSED>(), "0 commands of `next` were carried out and 100 refused"),
        (why::<TRIES_NOTHING>(), "none of the `attempts` was refused"),
    ] {
        assert!(why.contains(said), "{why}");
    }
}

#[test]
fn who_sees_all_is_not_compared() {
    let everyone = check::<Honest>(SEED, 5, STEPS).expect("nothing leaks");
    let spectators = check::<Told<SEATS_SEE_ALL>>(SEED, 5, STEPS).expect("nothing leaks");
    assert_eq!(everyone.steps, spectators.steps);
    // 14 looks and 13 steps for each viewer, and the start for spectators.
    let each = 5 * (14 + 13);
    assert_eq!(spectators.comparisons, each + 5);
    assert_eq!(everyone.comparisons, 4 * each + 5 - everyone.skipped);
}
