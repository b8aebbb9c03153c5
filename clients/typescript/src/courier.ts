/**
 * Carries commands: over the socket when there is one, otherwise one after the other over HTTP; again
 * after a drop, with the same id. Knows nothing of views but the version that was seen.
 */
import { Backoff } from "./backoff.js";
import type { Settings } from "./config.js";
import { ApiError } from "./errors.js";
import type { Link } from "./link.js";
import type { Json, ResultMessage, ViewMessage } from "./messages.js";
import { Outbox } from "./outbox.js";
import { mayPassLater, postCommand } from "./post.js";
import type { Tokens } from "./tokens.js";

/** HTTP statuses of codes that matter to a caller; a socket names the code alone. The rest is 422. */
const STATUS: { readonly [code: string]: number } = {
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  SESSION_NOT_FOUND: 404,
  OPTIMISTIC_LOCK: 409,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
};

/** What the courier asks of its owner. */
export interface CourierOwner {
  /** The link in sync, `"http"` when requests may go without one, null when all has to wait. */
  way(): Link | "http" | null;
  /** A command was answered; `fresh` is the newest view when it was refused as stale. */
  answered(fresh: ViewMessage | undefined): void;
  renewToken(): Promise<void>;
}

/** The commands of one session. */
export class Courier<View> {
  readonly outbox: Outbox<View>;
  readonly #settings: Settings;
  readonly #tokens: Tokens;
  readonly #owner: CourierOwner;
  readonly #backoff: Backoff;
  #posting = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: Settings, tokens: Tokens, owner: CourierOwner) {
    const { backoffBase, backoffMax, random, maxPending, commandTimeout } = settings;
    this.#settings = settings;
    this.#tokens = tokens;
    this.#owner = owner;
    this.#backoff = new Backoff(backoffBase, backoffMax, random);
    this.outbox = new Outbox(maxPending, commandTimeout, () => owner.answered(undefined));
  }

  /** Sends what has to be sent and can be. */
  pump(): void {
    const way = this.#owner.way();
    if (way === null) return;
    if (way === "http" || !way.twoWay) {
      void this.#post();
      return;
    }
    for (const item of this.outbox.unsent()) {
      item.via = way;
      way.send({
        type: "command",
        session: this.#settings.session,
        command: item.command,
        ...(item.lockVersion !== undefined && { lock_version: item.lockVersion }),
        id: item.id,
        ref: item.id,
      });
    }
  }

  /** The reply of a socket. */
  onResult(message: ResultMessage): void {
    const item = this.outbox.get(message.ref);
    if (!item) return;
    const { error } = message;
    if (!error) {
      this.#accepted(item.id, message.lock_version ?? 0, message.data ?? null);
      return;
    }
    const { code, message: text, ...extensions } = error;
    const refusal = new ApiError(error.status ?? STATUS[code] ?? 422, code, text, { extensions });
    const again = () => {
      item.via = null;
      this.pump();
    };
    if (refusal.status === 401 && this.#tokens.any && !item.renewed) {
      item.renewed = true;
      this.#tokens.stale = true;
      this.#owner.renewToken().then(again, () => this.#refused(item.id, refusal));
    } else if (mayPassLater(refusal)) {
      item.via = null;
      this.#later(null);
    } else {
      this.#refused(item.id, refusal);
    }
  }

  /** Gives up everything that has no answer. */
  stop(reason: string): void {
    clearTimeout(this.#timer);
    this.outbox.refuseAll(new ApiError(0, "CLOSED", reason));
  }

  async #post(): Promise<void> {
    const item = this.outbox.unsent()[0];
    if (this.#posting || !item) return;
    this.#posting = true;
    item.via = this;
    const { fetch, url, session } = this.#settings;
    try {
      const reply = await postCommand(fetch, url, session, item, this.#tokens);
      this.#posting = false;
      this.#backoff.reset();
      this.#accepted(item.id, reply.lock_version, reply.data);
    } catch (cause) {
      this.#posting = false;
      const error = cause instanceof ApiError ? cause : new ApiError(0, "NETWORK", String(cause));
      if (mayPassLater(error)) {
        item.via = null;
        this.#later(error.retryAfter);
        return;
      }
      this.#refused(item.id, error);
    }
    this.pump();
  }

  #later(asked: number | null): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.pump(), this.#backoff.next(asked));
  }

  #accepted(id: string, version: number, data: Json): void {
    this.outbox.accept(id, version, data);
    this.#owner.answered(undefined);
  }

  #refused(id: string, error: ApiError): void {
    this.outbox.refuse(id, error);
    this.#owner.answered(error.extensions.snapshot as ViewMessage | undefined);
  }
}
