/**
 * Fetches versions and keeps the last ones, so that going back and forth asks for nothing twice.
 * Knows nothing of the page.
 */
import { type Api, ApiError, type SessionBody } from "parlor-client";
import { adminToken } from "./admin";
import type { Json } from "./diff";

/** As whom a version is looked at: a spectator, or a seat by its number. */
export type SeenAs = "spectator" | number;

/** Who gave a command. */
export type Actor = "system" | "clock" | { readonly user: string } | { readonly service: string };

/** One version as one viewer saw it, and the commit that made it. */
export interface Moment extends SessionBody<Json> {
  readonly at: string;
  readonly kind: "created" | "command" | "deleted";
  readonly actor: Actor;
  readonly command: Json;
  readonly events: readonly Json[];
  readonly state_hash: string;
  readonly previous: string;
  /** Seats that see something of their own. */
  readonly seats: readonly number[];
  readonly newest: number;
}

/** What is known of a session without a view. */
export interface Recorded {
  readonly game: string;
  readonly lock_version: number;
  readonly deleted: boolean;
}

/** Moments kept; a moment of a game of cards has some KiB. */
const KEPT = 400;

/** Pause before a rebuild that takes more than one request goes on, in milliseconds. */
const AGAIN = 200;

/** The moments of one session. */
export class Moments {
  readonly #api: Api;
  readonly #path: string;
  readonly #again: number;
  readonly #kept = new Map<string, Promise<Moment>>();

  constructor(api: Api, session: string, again = AGAIN) {
    this.#api = api;
    this.#again = again;
    this.#path = `/api/admin/sessions/${encodeURIComponent(session)}`;
  }

  /** Asks how far the session is; `after` is what is known already. */
  recorded(after: number): Promise<Recorded> {
    return this.#get(`/log?limit=1&after=${after}`);
  }

  /** A version; `onWait` hears how far a long rebuild has come. */
  get(
    version: number,
    seenAs: SeenAs,
    onWait: (reached: number) => void = () => {},
  ): Promise<Moment> {
    const key = `${seenAs}:${version}`;
    const known = this.#kept.get(key);
    const moment = known ?? this.#fetch(version, seenAs, onWait);
    // The last one used stands last.
    this.#kept.delete(key);
    this.#kept.set(key, moment);
    if (!known) moment.catch(() => this.#kept.delete(key));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(oldest);
    }
    return moment;
  }

  async #fetch(
    version: number,
    seenAs: SeenAs,
    onWait: (reached: number) => void,
  ): Promise<Moment> {
    for (;;) {
      try {
        return await this.#get<Moment>(`/versions/${version}?as=${seenAs}`);
      } catch (error) {
        const reached = error instanceof ApiError ? error.extensions.reached : undefined;
        if (typeof reached !== "number") throw error;
        onWait(reached);
        await new Promise((resolve) => setTimeout(resolve, this.#again));
      }
    }
  }

  #get<Body>(path: string): Promise<Body> {
    const token = adminToken();
    return this.#api.request<Body>("GET", this.#path + path, token ? { token } : {});
  }
}
