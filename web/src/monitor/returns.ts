/**
 * What came back of what was staked, game by game, and whether that is what the odds say. Pure.
 *
 * With plays of bets b and wins w the measured return is R = Σw / Σb. When the variance of one token
 * is known from the odds (σ²), R is within r ± z·σ·√(Σb²) / Σb of the exact r in 95 of 100 cases; when
 * it is not, as in crash, where it depends on what players do, the plays themselves give it:
 * Σ(w − r·b)² / (Σb)².
 *
 * Both hold for many plays of a like size. One bet that outweighs all others is one play, however many
 * there are: (Σb)² / Σb² is how many there are in effect.
 */
import type { GameEvent, Odds } from "../casino/model";
import { payoutOf } from "../casino/model";

export interface Tally {
  readonly plays: number;
  readonly bet: number;
  readonly win: number;
  /** Sums of products: of bets, of bets and wins, of wins. */
  readonly bb: number;
  readonly bw: number;
  readonly ww: number;
}

export const NONE: Tally = { plays: 0, bet: 0, win: 0, bb: 0, bw: 0, ww: 0 };

/** Fewer plays than this tell nothing, nor do fewer in effect. */
export const LEAST_PLAYS = 30;

/** Of a normal distribution, 95 % are within so many deviations. */
const Z = 1.96;

/** With one more play. A crash round counts when it is over. */
export function counted(tally: Tally, event: GameEvent): Tally {
  if (event.game_type === "crash" && event.result.phase === "bet") return tally;
  const [b, w] = [event.bet, payoutOf(event)];
  return {
    plays: tally.plays + 1,
    bet: tally.bet + b,
    win: tally.win + w,
    bb: tally.bb + b * b,
    bw: tally.bw + b * w,
    ww: tally.ww + w * w,
  };
}

/** The part that came back; null before the first play. */
export function measured({ bet, win }: Tally): number | null {
  return bet > 0 ? win / bet : null;
}

export interface Band {
  readonly exact: number;
  /** Where 95 of 100 measurements of so many plays are. */
  readonly low: number;
  readonly high: number;
  /** Whether the variance is that of the odds, or that of the plays. */
  readonly by: "odds" | "plays";
  readonly within: boolean;
}

/** null: too few plays (in effect), or nothing to compare with. */
export function bandOf(tally: Tally, odds: Odds): Band | null {
  const rate = measured(tally);
  const exact = odds.return_to_player;
  const { bet, bb, bw, ww } = tally;
  // Where there is a rate, there are bets.
  if (rate === null || exact === null || bet ** 2 / bb < LEAST_PLAYS) return null;
  const known = varianceOf(odds);
  const spread = known === null ? ww - 2 * exact * bw + exact ** 2 * bb : known * bb;
  const half = (Z * Math.sqrt(Math.max(0, spread))) / bet;
  return {
    exact,
    low: Math.max(0, exact - half),
    high: exact + half,
    by: known === null ? "plays" : "odds",
    within: Math.abs(rate - exact) <= half,
  };
}

/** Variance of what one token brings; null when the odds do not tell. */
export function varianceOf({ game, table, return_to_player: mean }: Odds): number | null {
  if (mean === null) return null;
  if (game === "slot") {
    const { lines } = table as {
      readonly lines: readonly { readonly times: number; readonly probability: number }[];
    };
    return lines.reduce(
      (sum, { times, probability }) => sum + times ** 2 * probability,
      -(mean ** 2),
    );
  }
  if (game === "rps") {
    const pays = Object.values(table as { readonly [outcome: string]: number });
    return pays.reduce((sum, times) => sum + times ** 2 / pays.length, -(mean ** 2));
  }
  return null;
}
