//! Two sessions that differ in what a viewer may not see, led through the same command: what this
//! viewer gets of them is the same. With a leak planted in the game it is not, and the check says
//! so. Must not know how the toy game is played.
#![allow(clippy::unwrap_used, reason = "a test that fails here fails")]

mod common;

/// The toy game of `game`'s own tests, with its planted leaks.
#[path = "../../game/src/testkit/cards.rs"]
mod cards;

use cards::{AtRandom, PLANTS, Plant, by_plant};
use common::twins::through_a_session;
use game::testkit::{Channel, Checked, Failure, World, check_with};

const GAMES: u32 = 8;
const STEPS: u32 = 20;

fn checked(plant: Plant, seed: u64) -> Result<Checked, Failure> {
    macro_rules! check_one {
        ($number:expr) => {
            check_with::<AtRandom<{ $number }>>(seed, GAMES, STEPS, through_a_session)
        };
    }
    by_plant!(plant, check_one)
}

#[test]
fn sessions_of_a_game_that_keeps_its_secrets_look_the_same() {
    for seed in 0..3 {
        let checked = checked(Plant::Nothing, seed).expect("nothing leaks");
        println!("seed {seed}: {checked}");
        assert!(checked.permuted * 10 > checked.comparisons * 9, "{checked}");
    }
}

#[test]
fn each_leak_that_a_session_lets_out_is_found_by_its_way() {
    for plant in PLANTS {
        let way = match plant {
            Plant::Nothing => unreachable!("is not planted"),
            Plant::HandSizeInView
            | Plant::CardInView
            | Plant::PlayableInView
            | Plant::PaddingInView => Channel::View,
            Plant::CardInEvent
            | Plant::BuriedInEvent
            | Plant::DealtInEvent
            | Plant::MarkInFirstEvent
            | Plant::EventIfAce => Channel::Event,
            Plant::CardInRefusal | Plant::RefusedIfAce => Channel::Refusal,
            Plant::DeckInReply => Channel::Reply,
            Plant::Deadline => Channel::Deadline,
            Plant::Title => Channel::Title,
            Plant::LegalOfAnother => Channel::Legal,
            // A session does not hand these out; `game::testkit::look` looks at them.
            Plant::Summary | Plant::AceToAct => {
                checked(plant, 1).expect("a session does not tell it");
                continue;
            }
        };
        let failure = checked(plant, 1).expect_err("it leaks");
        let leak = failure.leak().unwrap_or_else(|| panic!("{plant:?}: {failure}"));
        println!("{plant:?}: {leak}\n");
        assert_eq!(leak.channel, way, "{plant:?}: {leak}");
    }
}

/// What a subscriber in step gets is the patch: it is made, and a leak in the view is one in it.
#[test]
fn a_patch_is_compared_as_well() {
    let mut patches = 0;
    let counting = |world: &World<'_, _>| {
        let sights = through_a_session(world);
        let made = |patch: &&String| patch.contains("\"op\"");
        patches += sights.of(Channel::Patch).iter().filter(made).count();
        sights
    };
    check_with::<AtRandom<{ Plant::Nothing as usize }>>(1, 1, STEPS, counting)
        .expect("nothing leaks");
    // In two worlds, for four viewers, at thirteen steps.
    assert_eq!(patches, 2 * 4 * 13);

    let report = checked(Plant::CardInView, 1).expect_err("it leaks").to_string();
    assert!(report.contains("differs as well: patch"), "{report}");
}
