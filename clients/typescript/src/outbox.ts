/**
 * Commands under way: their promises, their optimistic effect, and what is known of their outcome.
 * Knows nothing of how they travel.
 *
 * A command stays until it was refused, or until the view that holds its commit has arrived.
 */
import { ApiError } from "./errors.js";
import { randomId } from "./id.js";
import type { Json } from "./messages.js";
import type { CommandResult, SendOptions } from "./types.js";

/** One command. */
export interface Item<View> {
  /** Idempotency key, and `ref` on a socket. */
  readonly id: string;
  readonly command: unknown;
  readonly lockVersion: number | undefined;
  optimistic: ((view: View) => View) | undefined;
  readonly promise: Promise<CommandResult>;
  readonly resolve: (result: CommandResult) => void;
  readonly reject: (error: ApiError) => void;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** The way it was sent and not lost since; null when it has to be sent. */
  via: unknown;
  /** Version of its commit, once the server has said. */
  committed: number | null;
  /** Whether a refused login was answered with a fresh token already. */
  renewed: boolean;
}

/** The commands under way, in the order of `send`. */
export class Outbox<View> {
  readonly #items = new Map<string, Item<View>>();
  readonly #max: number;
  readonly #timeout: number;
  readonly #changed: () => void;

  /** `changed` is called when a command times out. */
  constructor(max: number, timeout: number, changed: () => void) {
    this.#max = max;
    this.#timeout = timeout;
    this.#changed = changed;
  }

  /** How many have no answer. */
  get unanswered(): number {
    return this.#all().filter((item) => item.committed === null).length;
  }

  /** Whether an unanswered command is shown already: a newer view may or may not hold it. */
  get uncertain(): boolean {
    return this.#all().some((item) => item.optimistic && item.via && item.committed === null);
  }

  /** Takes a command; one with an id that is under way already joins it. */
  add(command: unknown, options: SendOptions<View>): Promise<CommandResult> {
    const id = options.id ?? randomId();
    const known = this.#items.get(id);
    if (known) return known.promise;
    if (this.unanswered >= this.#max) {
      return Promise.reject(new ApiError(0, "TOO_MANY_PENDING", "too many commands"));
    }
    let resolve!: Item<View>["resolve"];
    let reject!: Item<View>["reject"];
    const promise = new Promise<CommandResult>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    const { lockVersion, optimistic } = options;
    const timer = setTimeout(() => {
      this.refuse(id, new ApiError(0, "TIMEOUT", "no answer in time"));
      this.#changed();
    }, this.#timeout);
    this.#items.set(id, {
      id,
      command,
      lockVersion,
      optimistic,
      promise,
      resolve,
      reject,
      timer,
      via: null,
      committed: null,
      renewed: false,
    });
    return promise;
  }

  get(id: string | undefined): Item<View> | undefined {
    return id === undefined ? undefined : this.#items.get(id);
  }

  /** Those that have to be sent, in order. */
  unsent(): Item<View>[] {
    return this.#all().filter((item) => item.via === null && item.committed === null);
  }

  /** What was sent this way is lost: it has to be sent again, with the same id. */
  lost(via: unknown): void {
    for (const item of this.#all()) if (item.via === via) item.via = null;
  }

  /** The server took it. Its effect is kept until a view of this version has come. */
  accept(id: string, version: number, data: Json): void {
    const item = this.#items.get(id);
    if (!item) return;
    clearTimeout(item.timer);
    item.committed = version;
    item.resolve({ lockVersion: version, data });
  }

  /** Refused: its effect is undone. */
  refuse(id: string, error: ApiError): void {
    const item = this.#items.get(id);
    if (!item) return;
    clearTimeout(item.timer);
    this.#items.delete(id);
    item.reject(error);
  }

  /** Refuses all that have no answer. */
  refuseAll(error: ApiError): void {
    for (const item of this.#all()) this.refuse(item.id, error);
  }

  /** A view of this version is there: it holds the commits up to it. */
  saw(version: number): void {
    for (const item of this.#all()) {
      if (item.committed !== null && item.committed <= version) this.#items.delete(item.id);
    }
  }

  /** Versions start anew: what was accepted before says nothing any more. */
  forgetAccepted(): void {
    this.saw(Number.POSITIVE_INFINITY);
  }

  /** The view with the effect of the commands under way. */
  over(view: View | null): View | null {
    if (view === null) return null;
    return this.#all().reduce<View>((shown, item) => {
      if (!item.optimistic) return shown;
      try {
        return item.optimistic(shown);
      } catch {
        // It does not fit this view any more (its target is gone, say): the server will tell.
        return shown;
      }
    }, view);
  }

  #all(): Item<View>[] {
    return [...this.#items.values()];
  }
}
