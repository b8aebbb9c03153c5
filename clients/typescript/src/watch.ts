/**
 * Watches the page: when it has been hidden for long, when it woke, when the network went or came.
 * Knows nothing of connections.
 */
import type { PageSignals } from "./types.js";

/** Longest timer of a browser, in milliseconds; longer waits are for ever. */
const MAX_TIMER = 2 ** 31 - 1;

/** What the watch tells. */
export interface WatchEvents {
  /** Visible again, or online again (`network`). */
  woke(network: boolean): void;
  /** The browser says that there is no network. */
  lost(): void;
  /** Hidden for `pauseAfter`. Answers whether it paused; otherwise it is asked again later. */
  rest(): boolean;
}

/** From construction until `stop()`. */
export class PageWatch {
  online: boolean;
  #visible: boolean;
  readonly #page: PageSignals;
  readonly #pauseAfter: number;
  readonly #events: WatchEvents;
  readonly #leave: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(page: PageSignals, pauseAfter: number, events: WatchEvents) {
    this.#page = page;
    this.#pauseAfter = pauseAfter;
    this.#events = events;
    this.online = page.online();
    this.#visible = !page.hidden();
    this.#leave = page.listen(() => this.#look());
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#leave();
  }

  #look(): void {
    const visible = !this.#page.hidden();
    const online = this.#page.online();
    const back = online && !this.online;
    const woke = visible && (back || !this.#visible);
    const lost = !online && this.online;
    const turned = visible !== this.#visible;
    this.#visible = visible;
    this.online = online;
    if (turned) this.#arm();
    if (woke) this.#events.woke(back);
    else if (lost) this.#events.lost();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#visible || this.#pauseAfter > MAX_TIMER) return;
    this.#timer = setTimeout(() => {
      if (!this.#events.rest()) this.#arm();
    }, this.#pauseAfter);
  }
}
