/** Plays a second over the last minutes, by the server's time stamps. Mutable; knows no clock. */
import { type GameEvent, isPlay, payoutOf, stakeOf } from "../casino/model";

/** Seconds that are shown. */
export const SECONDS = 180;

export interface Second {
  readonly plays: number;
  readonly stake: number;
  readonly payout: number;
}

const NOTHING: Second = { plays: 0, stake: 0, payout: 0 };

export class Series {
  readonly #seconds = new Map<number, Second>();
  /** The newest second that was heard of. */
  #newest = 0;

  add(event: GameEvent): void {
    const second = Math.floor(Date.parse(event.ts) / 1000);
    if (Number.isNaN(second)) return;
    const { plays, stake, payout } = this.#seconds.get(second) ?? NOTHING;
    this.#seconds.set(second, {
      plays: plays + (isPlay(event) ? 1 : 0),
      stake: stake + stakeOf(event),
      payout: payout + payoutOf(event),
    });
    this.reach(second);
  }

  /** The server's clock shows this second now: nothing may have happened in it. */
  reach(second: number): void {
    if (second <= this.#newest) return;
    this.#newest = second;
    for (const old of this.#seconds.keys()) {
      if (old < second - 2 * SECONDS) this.#seconds.delete(old);
    }
  }

  /** The last seconds, oldest first; not the one that still goes on. */
  last(count = SECONDS): readonly Second[] {
    const from = this.#newest - count;
    return Array.from({ length: count }, (_, at) => this.#seconds.get(from + at) ?? NOTHING);
  }
}

/** A line through these values, in a box; the greatest value touches its top. */
export function pathOf(
  values: readonly number[],
  width: number,
  height: number,
  most: number,
): string {
  const step = width / Math.max(1, values.length - 1);
  const round = (number: number) => Math.round(number * 10) / 10;
  const points = values.map((value, at) => {
    return `${round(at * step)} ${round(height - (most > 0 ? value / most : 0) * height)}`;
  });
  return points.length > 0 ? `M${points.join("L")}` : "";
}

/** A round number that is at least this: 1, 2 or 5 times a power of ten. */
export function roundUp(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const first = [1, 2, 5, 10].find((times) => times * power >= value) ?? 10;
  return first * power;
}
