/**
 * How far the server's clock is from this one's, as bounds that each observation narrows. Pure.
 *
 * A `Date` header cuts off the second: the server's clock then showed at least that, and less than a
 * second more, at some time between request and reply. An event's time stamp had passed when the
 * event arrived.
 */

/** Server minus local, in milliseconds: at least `low`, at most `high`. */
export interface Skew {
  readonly low: number;
  readonly high: number;
}

/** Nothing is known. */
export const UNKNOWN: Skew = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** What a `Date` header tells; `sent` and `received` are local times in milliseconds. */
export function fromDate(date: string | null, sent: number, received: number): Skew {
  const shown = Date.parse(date ?? "");
  if (Number.isNaN(shown)) return UNKNOWN;
  return { low: shown - received, high: shown + 1000 - sent };
}

/** What an event's time stamp tells, which arrived at `received`. */
export function fromStamp(stamp: string, received: number): Skew {
  const shown = Date.parse(stamp);
  return Number.isNaN(shown) ? UNKNOWN : { low: shown - received, high: UNKNOWN.high };
}

/** Both observations together. If they contradict each other a clock was set: the newer one counts. */
export function narrow(known: Skew, seen: Skew): Skew {
  const both = { low: Math.max(known.low, seen.low), high: Math.min(known.high, seen.high) };
  return both.low <= both.high ? both : seen;
}

/** The best guess, in milliseconds; 0 while nothing is known. */
export function skewOf({ low, high }: Skew): number {
  if (Number.isFinite(low) && Number.isFinite(high)) return (low + high) / 2;
  // One bound alone says only that the clocks are at least so far apart.
  if (Number.isFinite(low)) return Math.max(0, low);
  return Number.isFinite(high) ? Math.min(0, high) : 0;
}

/** Milliseconds until the deadline, never less than 0. */
export function leftUntil(deadline: number, skew: number, now: number): number {
  return Math.max(0, deadline - (now + skew));
}

/** "0:09", "12:30", "1:00:00"; begun seconds count. */
export function clockText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = String(seconds % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}
