//! Crash: a multiplier that grows until it does not. Must not know wallets.
//!
//! Multipliers are whole hundredths: 101 is ×1.01. The point at which a round crashes is
//! max(1, 0.99 / (1 − u)), cut to hundredths, for a uniform u; so a round reaches m with probability
//! 0.99 / m, and 1 % is the house's whatever the player does. No round goes beyond ×1000.

use game::Draws;

/// In which multipliers are counted.
pub const ONE: u32 = 100;

/// The largest multiplier: whoever is still in then has won it.
pub const MOST: u32 = 1_000 * ONE;

/// What a bet can be multiplied by at most.
pub const MOST_TIMES: u64 = (MOST / ONE) as u64;

/// The smallest at which one can ask to be cashed out.
pub const LEAST_AUTO: u32 = ONE + 1;

/// The multiplier is e to this a millisecond.
const GROWTH: f64 = 0.06 / 1_000.0;

/// Of how many equal parts u is one: exact in 64 bits.
const PARTS: u64 = 1 << 53;

/// Where a round crashes: one draw.
#[must_use]
pub fn point(draws: &mut Draws) -> u32 {
    point_of(draws.below(PARTS) + 1)
}

/// 1 − u is `part` of [`PARTS`].
fn point_of(part: u64) -> u32 {
    let hundredths = 99 * u128::from(PARTS) / u128::from(part);
    u32::try_from(hundredths).unwrap_or(MOST).clamp(ONE, MOST)
}

/// The multiplier after so many milliseconds.
#[must_use]
pub fn multiplier(millis: u64) -> u32 {
    let grown = f64::from(ONE) * libm::exp(GROWTH * millis as f64);
    // A cast keeps within the bounds of the type.
    (grown as u32).clamp(ONE, MOST)
}

/// The first millisecond at which the multiplier is at least this; at most [`MOST`].
#[must_use]
pub fn reached_after(multiplier: u32) -> u64 {
    let target = multiplier.min(MOST);
    let guess = libm::log(f64::from(target) / f64::from(ONE)) / GROWTH;
    let mut millis = (guess as u64).saturating_sub(2);
    while self::multiplier(millis) < target {
        millis += 1;
    }
    millis
}

/// The multiplier at which a round that crashes there is cashed out by itself, if it is.
#[must_use]
pub fn due(point: u32, auto: Option<u32>) -> Option<u32> {
    auto.filter(|auto| *auto <= point).or((point == MOST).then_some(MOST))
}

/// Tokens that a bet wins at a multiplier, the stake included; parts of a token are the house's.
#[must_use]
pub fn win(bet: u64, multiplier: u32) -> u64 {
    // A bet has at most 53 bits.
    let tokens = u128::from(bet) * u128::from(multiplier) / u128::from(ONE);
    u64::try_from(tokens).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_what_the_formula_says_at_its_ends() {
        assert_eq!(point_of(PARTS), ONE, "u = 0: 0.99, and at least 1");
        assert_eq!(point_of(PARTS / 2), 198, "u = 1/2");
        assert_eq!(point_of(PARTS / 100), 9_900);
        assert_eq!(point_of(1), MOST);
    }

    #[test]
    fn time_and_multiplier_are_each_others_inverse() {
        assert_eq!(multiplier(0), ONE);
        assert_eq!(reached_after(ONE), 0);
        assert_eq!(multiplier(u64::MAX), MOST);
        for target in (LEAST_AUTO..2_000).chain((2_000..=MOST).step_by(97)).chain([MOST]) {
            let at = reached_after(target);
            assert!(multiplier(at) >= target && multiplier(at - 1) < target, "{target} at {at}");
        }
        // e^(0.06 · 11.5525 s) = 2
        assert!((11_552..=11_553).contains(&reached_after(200)), "{}", reached_after(200));
    }
}
