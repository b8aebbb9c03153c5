/** How long to wait before the next attempt, and what the end of a connection means for it. */

/** Longest wait that a server may ask for, in milliseconds: past it, its word is not believed. */
const MAX_ASKED = 300_000;

/** Full-jitter exponential back-off: each wait is random between 0 and a bound that doubles. */
export class Backoff {
  #attempt = 0;
  readonly #base: number;
  readonly #max: number;
  readonly #random: () => number;

  constructor(base: number, max: number, random: () => number) {
    this.#base = base;
    this.#max = max;
    this.#random = random;
  }

  /** The next wait in milliseconds. `asked` is what the server said; it counts as an attempt too. */
  next(asked: number | null = null): number {
    const bound = Math.min(this.#max, this.#base * 2 ** this.#attempt);
    this.#attempt += 1;
    return asked === null ? this.#random() * bound : Math.min(asked, MAX_ASKED);
  }

  /** To be called only once in sync again. */
  reset(): void {
    this.#attempt = 0;
  }
}

/** The two parts of a close reason, `word` or `word;retry=MS`. */
export function parseReason(reason: string): { word: string | null; retry: number | null } {
  const [, word, retry] = /^([^;]*)(?:.*;\s*retry=(\d+))?/.exec(reason) ?? [];
  return { word: word?.trim() || null, retry: retry ? Number(retry) : null };
}

/** 4500–4999: do not come back. Everything else is a connection that broke. */
export function isFinal(code: number): boolean {
  return code >= 4500 && code <= 4999;
}
