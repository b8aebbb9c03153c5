/**
 * Which transport to use: down a step when one cannot connect, up again later. Knows neither timers
 * nor connections.
 *
 * After the last step comes the first: when nothing connects, the server is down, not the transport.
 */
import type { Transport } from "./transports/transport.js";

/** Longest wait before a better transport is tried again, in milliseconds. */
const MAX_UPGRADE = 300_000;

/** The transports that this environment has, best first, and the one in use. */
export class Ladder {
  readonly #steps: readonly Transport[];
  readonly #patience: number;
  readonly #upgradeAfter: number;
  #index = 0;
  #failures = 0;
  #upgrade: number;
  #candidate = 0;

  constructor(steps: readonly Transport[], patience: number, upgradeAfter: number) {
    this.#steps = steps;
    this.#patience = patience;
    this.#upgradeAfter = upgradeAfter;
    this.#upgrade = upgradeAfter;
  }

  /** The transport to connect with; undefined when the environment has none. */
  get current(): Transport | undefined {
    return this.#steps[this.#index];
  }

  /** The current one could not connect; `weight` 2 for what took long. */
  failed(weight: number): void {
    this.#failures += weight;
    if (this.#failures < this.#patience) return;
    this.#failures = 0;
    this.#index = (this.#index + 1) % this.#steps.length;
  }

  /** The current one works. */
  works(): void {
    this.#failures = 0;
  }

  /** A better one to try, after how many milliseconds; null when the best is in use. */
  get better(): { transport: Transport; after: number } | null {
    const transport = this.#steps[this.#candidate % Math.max(1, this.#index)];
    return this.#index > 0 && transport ? { transport, after: this.#upgrade } : null;
  }

  /** The better one did not work: next time another, and later. */
  betterFailed(): void {
    this.#candidate += 1;
    this.#upgrade = Math.min(MAX_UPGRADE, this.#upgrade * 2);
  }

  /** The better one works and is in use from now on. */
  climbed(transport: Transport): void {
    this.#index = this.#steps.indexOf(transport);
    this.#failures = 0;
    this.#candidate = 0;
    this.#upgrade = this.#upgradeAfter;
  }
}
