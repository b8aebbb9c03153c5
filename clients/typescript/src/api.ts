/**
 * A small typed wrapper of the REST face: logging in as a guest, keeping the token fresh, sessions
 * and commands. Knows nothing of live connections; it can serve a `GameSync` as its `auth`.
 */
import { sessionUrl } from "./address.js";
import { ApiError } from "./errors.js";
import { type JsonRequest, requestJson } from "./http.js";
import { randomId } from "./id.js";
import type { Json, ViewMessage } from "./messages.js";
import type { CommandResult, TokenSource } from "./types.js";

/** Who is logged in. */
export interface User {
  /** Ids of accounts are numbers on the wire; here each id is a string. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** What an account logs in with; absent for guests. */
  readonly site_id?: string;
  readonly nickname?: string;
  readonly role?: string;
}

/** A user as the server spells it. */
type SpelledUser = Omit<User, "id"> & { readonly id: string | number };

/** The body of a login, a guest's too. */
export interface Login {
  readonly access_token: string;
  readonly token_type: string;
  /** Seconds. */
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly user: User;
}

/** A login as it is kept: what `storage` holds. */
export interface StoredLogin extends Login {
  /** When the access token expires, in milliseconds since 1970. */
  readonly expires_at: number;
}

/** Where the login is kept between visits. `localStorage` fits. */
export interface LoginStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Whether a session waits, runs or has ended. */
export type SessionStatus = "open" | "running" | "ended";

/** A line of the list of sessions. */
export interface SessionSummary {
  readonly session: string;
  readonly game: string;
  readonly status: SessionStatus;
  readonly title: string;
  /** What the game has lists show beside the title; null for most games. */
  readonly summary?: Readonly<Record<string, Json>> | null;
  /** User id of who made it; null for the server itself. */
  readonly owner: string | null;
  readonly lock_version: number;
  /** RFC 3339, UTC. */
  readonly created_at: string;
  /** RFC 3339, UTC. */
  readonly updated_at: string;
  /** Sockets that follow it now. */
  readonly viewers?: number;
}

/** A page of the list of sessions. */
export interface SessionPage {
  /** Newest first. */
  readonly sessions: readonly SessionSummary[];
  /** What to give as `after` for the next page; null at the end. */
  readonly next: string | null;
}

/** The body of `GET /api/sessions/{id}`: the view with what is known about the session. */
export interface SessionBody<View = Json> extends ViewMessage<View> {
  readonly game: string;
  readonly status: SessionStatus;
  readonly title: string;
  /** SHA-256 of the seed, in hex. */
  readonly seed_commitment?: string;
  /** The seed, once the session has ended. */
  readonly seed?: string;
}

/** Options of {@link Api}. */
export interface ApiOptions {
  /** Base address of the server. Default: the page's own origin. */
  readonly url?: string | undefined;
  /** Default: `globalThis.fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** Keeps the login between visits. Default: none, it lives as long as the object. */
  readonly storage?: LoginStorage | undefined;
  /** Key in `storage`. Default `parlor.login`. */
  readonly storageKey?: string | undefined;
}

/** How long before its end an access token is renewed, in milliseconds. */
const RENEW_BEFORE = 30_000;
/** How long a refused renewal waits for another tab to store its own, in milliseconds. */
const OTHER_TAB = 3000;
const LOOK_EVERY = 250;

/** The REST face. */
export class Api implements TokenSource {
  /** Base address, without a slash at the end; empty for the page's own origin. */
  readonly url: string;
  readonly #fetch: typeof fetch;
  readonly #storage: LoginStorage | undefined;
  readonly #key: string;
  readonly #listeners = new Set<(change: "renewed" | "identity") => void>();
  #login: StoredLogin | null = null;
  #refreshing: Promise<string | null> | null = null;

  constructor(options: ApiOptions = {}) {
    this.url = (options.url ?? "").replace(/\/+$/, "");
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#storage = options.storage;
    this.#key = options.storageKey ?? "parlor.login";
    this.#login = this.#stored();
  }

  /** Who is logged in, or null. */
  get user(): User | null {
    return this.#login?.user ?? null;
  }

  /** Logs in as a new guest. */
  async guest(name?: string): Promise<User> {
    return this.#enter("/api/auth/guest", { name });
  }

  /** The guest of this device: the login that is kept, or a new one. */
  async ensureGuest(name?: string): Promise<User> {
    return this.user ?? this.guest(name);
  }

  /** Makes an account, and logs in to it. */
  async signUp(siteId: string, nickname: string, password: string): Promise<User> {
    return this.#enter("/api/auth/signup", { site_id: siteId, password, nickname });
  }

  /** Logs in to an account. Who was logged in before is not any more. */
  async logIn(siteId: string, password: string): Promise<User> {
    return this.#enter("/api/auth/login", { site_id: siteId, password });
  }

  /** Asks the server who this is. */
  async me(): Promise<User> {
    return userOf(await this.request("GET", "/api/auth/me"));
  }

  /**
   * Forgets the login, here at once and on the server if it can be reached; with `everywhere` each
   * login of this user.
   */
  async logout(everywhere?: boolean): Promise<void> {
    const login = this.#login;
    if (!login) return;
    this.#drop();
    const body = { refresh_token: login.refresh_token, everywhere };
    const token = login.access_token;
    await this.request("POST", "/api/auth/logout", { body, token }).catch(() => {});
  }

  /** Takes over what another tab has stored, if it is not what this one has: for `storage` events. */
  adopt(): void {
    const stored = this.#stored();
    if (stored && stored.refresh_token !== this.#login?.refresh_token) this.#become(stored);
  }

  /** The access token, renewed when it is about to expire; null when nobody is logged in. */
  async accessToken(fresh = false): Promise<string | null> {
    const login = this.#login;
    if (!login) return null;
    if (!fresh && lasts(login)) return login.access_token;
    // One refresh at a time: the refresh token rotates, a second use of the old one ends the login.
    this.#refreshing ??= this.#refresh(login).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** Calls back when the token was renewed, or belongs to somebody else (login, logout). */
  onChange(listener: (change: "renewed" | "identity") => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A page of sessions, newest first; `after` is `next` of the page before. */
  sessions(
    filter: {
      game?: string;
      status?: SessionStatus;
      owner?: string;
      /** Only sessions that this user is a member of; needs a login. */
      mine?: boolean;
      after?: string;
      limit?: number;
    } = {},
  ): Promise<SessionPage> {
    const given = Object.entries(filter).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams(given as [string, string][]).toString();
    return this.request("GET", `/api/sessions${query && `?${query}`}`);
  }

  /** One session as this user may see it. */
  session<View = Json>(id: string): Promise<SessionBody<View>> {
    return this.request("GET", sessionUrl("", id));
  }

  /** Makes a session. */
  createSession<View = Json>(game: string, options: unknown = {}): Promise<SessionBody<View>> {
    return this.request("POST", "/api/sessions", { body: { game, options } });
  }

  /** Ends and removes a session. */
  async deleteSession(id: string): Promise<void> {
    await this.request("DELETE", sessionUrl("", id));
  }

  /** Sends one command. The same `id` is applied once, so a repeat after a failure is safe. */
  async command(
    session: string,
    command: unknown,
    options: { lockVersion?: number; id?: string } = {},
  ): Promise<CommandResult> {
    const reply = await this.request<{ lock_version: number; data?: Json }>(
      "POST",
      sessionUrl("", session, "/commands"),
      {
        body: { command, lock_version: options.lockVersion },
        headers: { "idempotency-key": options.id ?? randomId() },
      },
    );
    return { lockVersion: reply.lock_version, data: reply.data ?? null };
  }

  /**
   * Any other endpoint. Adds the access token, renews it once on a 401, and throws
   * {@link ApiError} for every status from 400 up.
   */
  async request<Body = unknown>(
    method: string,
    path: string,
    request: Omit<JsonRequest, "method"> = {},
  ): Promise<Body> {
    const call = async (token: string | null | undefined): Promise<Body> =>
      (await requestJson<Body>(this.#fetch, this.url + path, { ...request, method, token })).body;
    if (request.token !== undefined) return call(request.token);
    const asker = this.user?.id;
    for (let refused: unknown; ; ) {
      const token = await this.accessToken(Boolean(refused));
      // What was asked for one user is not sent for another one, whose login came in between.
      if (token ? this.user?.id !== asker : refused) {
        throw refused ?? new ApiError(401, "UNAUTHORIZED", path);
      }
      try {
        return await call(token);
      } catch (error) {
        if (refused || !token || !(error instanceof ApiError) || error.status !== 401) throw error;
        refused = error;
      }
    }
  }

  async #enter(path: string, body: object): Promise<User> {
    const login = await this.request<Login>("POST", path, { body, token: null });
    const user = userOf(login.user);
    const kept = { ...login, expires_at: Date.now() + login.expires_in * 1000, user };
    this.#storage?.setItem(this.#key, JSON.stringify(kept));
    this.#become(kept);
    return user;
  }

  /** Tabs take turns where the browser lets them (https, localhost): a token must not come twice. */
  async #refresh(old: StoredLogin): Promise<string | null> {
    const locks = this.#storage && globalThis.navigator?.locks;
    if (!locks) return this.#renew(old);
    return locks.request(`${this.#key}.refresh`, () => this.#renew(old));
  }

  async #renew(old: StoredLogin): Promise<string | null> {
    this.adopt();
    const login = this.#login;
    if (!login || (login !== old && lasts(login))) return this.#login?.access_token ?? null;
    try {
      await this.#enter("/api/auth/refresh", { refresh_token: login.refresh_token });
    } catch (error) {
      // Anything but a refusal may pass: the login is kept.
      if (!(error instanceof ApiError) || error.status < 400 || error.status >= 429) throw error;
      // Another tab may have used the refresh token at the same moment, and wait for its answer still.
      let looks = this.#storage ? OTHER_TAB / LOOK_EVERY : 0;
      while (this.#login === login && looks-- > 0) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
        this.adopt();
      }
      // If none has, the login is over.
      if (this.#login === login) this.#drop();
    }
    return this.#login?.access_token ?? null;
  }

  #stored(): StoredLogin | null {
    try {
      return JSON.parse(this.#storage?.getItem(this.#key) ?? "null") as StoredLogin | null;
    } catch {
      // Unreadable: as if nobody had logged in.
      return null;
    }
  }

  #become(login: StoredLogin | null): void {
    const before = this.user?.id;
    this.#login = login;
    const change = before === this.user?.id ? "renewed" : "identity";
    for (const listener of [...this.#listeners]) listener(change);
  }

  /** What is stored may be the login of somebody else by now: that stays. */
  #drop(): void {
    if (this.#stored()?.user.id === this.user?.id) this.#storage?.removeItem(this.#key);
    this.#become(null);
  }
}

function userOf(user: SpelledUser): User {
  return { ...user, id: `${user.id}` };
}

function lasts(login: StoredLogin): boolean {
  return Date.now() < login.expires_at - RENEW_BEFORE;
}
