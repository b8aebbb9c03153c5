/** What lies on the cloth: the trick in play, or for a moment the one that is over. Pure. */
import { winnerOf } from "./cards";
import { sameTrick } from "./changes";
import type { Played, Seat, Table, Trump } from "./model";

/** How long a trick that is over lies to be read, in milliseconds. */
const HOLD = 1_700;
/** The same while the next trick is well under way, as among fast bots. */
const SHORT_HOLD = 1_000;
/** How long it takes to be swept to its winner, in milliseconds; as in the style sheet. */
export const SWEEP = 450;

/** What a view says about tricks. */
export interface Cloth {
  readonly current: readonly Played[];
  readonly last: readonly Played[] | null;
  /** Of the round of `last`, as far as it is known. */
  readonly trump: Trump | null;
}

/** A trick that is over and still lies there. */
export interface Held {
  readonly cards: readonly Played[];
  readonly winner: Seat | null;
}

export function clothOf(table: Table, before: Cloth | null): Cloth {
  const { phase } = table.snapshot;
  const current = phase.phase === "Trick" ? phase.data.current_trick : [];
  if (!("data" in phase))
    return { current, last: before?.last ?? null, trump: before?.trump ?? null };
  const last = "last_trick" in phase.data ? phase.data.last_trick : (before?.last ?? null);
  // The bidding of the next round knows no trumps, yet shows the last trick of the round before.
  return { current, last, trump: phase.data.round.trump ?? before?.trump ?? null };
}

/** The trick that ended between two views; null if none did, or if nothing was seen before. */
export function endedBetween(before: Cloth | null, after: Cloth): Held | null {
  if (!before || !after.last || sameTrick(before.last, after.last)) return null;
  return { cards: after.last, winner: after.trump ? winnerOf(after.last, after.trump) : null };
}

/** Whether the old trick must go at once: the viewer has played to the next one, and so has read it. */
export function wentOn(current: readonly Played[], viewer: Seat | null): boolean {
  return current.some(([seat]) => seat === viewer);
}

/** How long the old trick lies while so much of the next one has been played, in milliseconds. */
export function holdFor(current: readonly Played[]): number {
  return current.length > 1 ? SHORT_HOLD : HOLD;
}
