/**
 * The plays that a monitor has heard of, each once, the newest tens of thousands; and the part of
 * them that passes a filter, kept up play by play. Mutable, since it is fed thousands a second; knows
 * no clock and no page.
 */
import type { GameEvent } from "../casino/model";
import { type Filter, matches } from "./filter";

/** Plays that are kept. */
export const ROWS_MAX = 50_000;
/** As many go at once, so that going costs little. */
const STEP = 5_000;

/** Invariant: `rows[i]` is play number `dropped + i` of all that were added, and `#ids` has theirs. */
export class Log {
  /** Oldest first. */
  rows: GameEvent[] = [];
  /** Plays that are no longer kept. */
  dropped = 0;
  readonly #ids = new Set<string>();
  readonly #most: number;
  readonly #step: number;

  constructor(most = ROWS_MAX, step = STEP) {
    this.#most = most;
    this.#step = step;
  }

  /** All that were ever added. */
  get total(): number {
    return this.dropped + this.rows.length;
  }

  /** False when it is known already. */
  add(event: GameEvent): boolean {
    if (this.#ids.has(event.id)) return false;
    this.#ids.add(event.id);
    this.rows.push(event);
    if (this.rows.length > this.#most) {
      for (const { id } of this.rows.splice(0, this.#step)) this.#ids.delete(id);
      this.dropped += this.#step;
    }
    return true;
  }
}

/** What passes a filter, up to a play. Invariant: `#numbers` rises, and has a number for each row. */
export class Filtered {
  /** Oldest first. */
  rows: GameEvent[] = [];
  /** How many have passed in all: also those that are no longer kept. */
  passed = 0;
  readonly #log: Log;
  readonly #filter: Filter;
  #numbers: number[] = [];
  /** The number of the next play to look at. */
  #next = 0;

  constructor(log: Log, filter: Filter) {
    this.#log = log;
    this.#filter = filter;
  }

  /**
   * Follows the log up to (and without) the play of this number. True when the rows have changed. With
   * `keep` those that the log has dropped stay: somebody reads them.
   */
  follow(until: number, keep = false): boolean {
    const { rows, dropped, total } = this.#log;
    let changed = keep ? false : this.#forget(dropped);
    this.#next = Math.max(this.#next, dropped);
    for (const end = Math.min(until, total); this.#next < end; this.#next += 1) {
      const event = rows[this.#next - dropped];
      if (!event || !matches(this.#filter, event)) continue;
      this.rows.push(event);
      this.#numbers.push(this.#next);
      this.passed += 1;
      changed = true;
    }
    return changed;
  }

  #forget(dropped: number): boolean {
    const kept = this.#numbers.findIndex((number) => number >= dropped);
    const gone = kept < 0 ? this.#numbers.length : kept;
    if (gone === 0) return false;
    this.#numbers.splice(0, gone);
    this.rows.splice(0, gone);
    return true;
  }
}
