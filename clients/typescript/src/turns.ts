/**
 * Where others wait for this user: the topic `user` of `/ws`, over all sessions. Without sockets it
 * asks `GET /api/games/waiting-longest` now and then. Knows nothing of what a session shows.
 */
import { Backoff, isFinal, parseReason } from "./backoff.js";
import { requestJson } from "./http.js";
import { pageSignals } from "./signals.js";
import { Tokens } from "./tokens.js";
import { endOf } from "./transports/ends.js";
import type { WebSocketConstructor, WebSocketLike } from "./transports/transport.js";
import type { PageSignals, TokenSource } from "./types.js";

/** A session in which it is this user's turn. */
export interface Turn {
  readonly session: string;
  /** Name of its game. */
  readonly game: string;
  /** What lists show; empty while only its id is known. */
  readonly title: string;
}

/** Options of {@link Turns}. */
export interface TurnsOptions {
  /** Base address of the server. Default: the page's own origin. */
  readonly url?: string | undefined;
  /** Whose turns; an `Api`, or any `TokenSource`. */
  readonly auth: TokenSource;
  /** How often to ask where no socket comes through, in milliseconds. Default 30 000. */
  readonly pollEvery?: number | undefined;
  readonly WebSocket?: WebSocketConstructor | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly random?: (() => number) | undefined;
  readonly page?: PageSignals | undefined;
}

/** Sockets that failed in a row before the server is asked instead. */
const FALLBACK_AFTER = 2;
/** Bounds of the waits between attempts, in milliseconds. */
const BACKOFF_BASE = 1000;
const BACKOFF_MAX = 60_000;
/** A socket that is silent for so long is asked for a sign of life, in milliseconds. */
const HEARTBEAT = 25_000;
/** How long it may take to give one: by itself, and when somebody has just come to look. */
const ANSWER_WITHIN = 10_000;
const CHECK_WITHIN = 3_000;

interface TurnMessage {
  readonly type: string;
  readonly topic?: string;
  readonly session?: string;
  readonly game_type?: string;
  readonly title?: string;
  readonly your_turn?: boolean;
}

/** Follows the turns of a user, from `start` to `close`. */
export class Turns {
  readonly #url: string;
  readonly #socketUrl: string;
  readonly #tokens: Tokens;
  readonly #auth: TokenSource;
  readonly #fetch: typeof fetch;
  readonly #WebSocket: WebSocketConstructor | undefined;
  readonly #page: PageSignals;
  readonly #pollEvery: number;
  readonly #backoff: Backoff;
  readonly #listeners = new Set<() => void>();
  #state: readonly Turn[] = [];
  /** What the server tells of a new connection until it has told all; null outside of that. */
  #fresh: Map<string, Turn> | null = null;
  #socket: WebSocketLike | null = null;
  #failures = 0;
  /** Counts attempts: what belongs to an older one is ignored. */
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Runs while a socket is open: a phone that wakes is not told that its socket has died. */
  #silence: ReturnType<typeof setTimeout> | undefined;
  #leave: (() => void) | null = null;

  constructor(options: TurnsOptions) {
    const globals = globalThis as {
      WebSocket?: WebSocketConstructor;
      location?: { origin?: string };
    };
    this.#url = options.url ?? "";
    this.#socketUrl = (this.#url || (globals.location?.origin ?? "")).replace(/^http/, "ws");
    this.#auth = options.auth;
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#tokens = new Tokens(options.auth, undefined, this.#url, this.#fetch);
    this.#WebSocket = options.WebSocket ?? globals.WebSocket;
    this.#page = options.page ?? pageSignals;
    this.#pollEvery = options.pollEvery ?? 30_000;
    this.#backoff = new Backoff(BACKOFF_BASE, BACKOFF_MAX, options.random ?? Math.random);
  }

  /** Sessions that wait for the user, in the order in which the server told of them. */
  readonly getState = (): readonly Turn[] => this.#state;

  /** Calls back when the list has changed. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Connects; safe to call twice. */
  start(): void {
    if (this.#leave) return;
    const leavePage = this.#page.listen(() => this.#woke());
    const leaveAuth = this.#auth.onChange?.((change) => {
      if (change !== "identity") return;
      this.#show([]);
      this.#connect();
    });
    this.#leave = () => {
      leavePage();
      leaveAuth?.();
    };
    this.#connect();
  }

  /** Stops, and forgets. */
  close(): void {
    this.#leave?.();
    this.#leave = null;
    this.#drop();
    this.#show([]);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#timer = undefined;
    this.#silence = undefined;
    this.#attempt += 1;
    this.#socket?.close(1000);
    this.#socket = null;
    this.#fresh = null;
  }

  /** Visible or online again: at once, if nothing is there; else is it still alive? */
  #woke(): void {
    if (this.#page.hidden() || !this.#page.online()) return;
    if (this.#silence !== undefined) this.#probe(CHECK_WITHIN);
    else if (this.#timer !== undefined && !this.#socket) this.#connect();
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#probe(ANSWER_WITHIN), HEARTBEAT);
  }

  #probe(patience: number): void {
    this.#send({ type: "ping" });
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#connect(), patience);
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #connect(): void {
    this.#drop();
    const mine = this.#attempt;
    const current = () => mine === this.#attempt;
    const ended = (code: number, reason: string) => {
      if (!current()) return;
      this.#drop();
      if (isFinal(code)) return;
      if (code === 4401) this.#tokens.stale = true;
      this.#failures += 1;
      if (this.#failures >= FALLBACK_AFTER) void this.#ask();
      this.#later(parseReason(reason).retry);
    };
    this.#tokens
      .socket()
      .then((token) => {
        if (!current() || !token || !this.#WebSocket) return;
        const socket = new this.#WebSocket(`${this.#socketUrl}/ws`, [
          "parlor.v1",
          `parlor.token.${token}`,
        ]);
        this.#socket = socket;
        socket.onopen = () => {
          if (!current()) return;
          this.#send({ type: "subscribe", topic: "user" });
          // Messages are handled in their order: after this one's answer all has been told.
          this.#probe(ANSWER_WITHIN);
        };
        socket.onmessage = (event: { data: unknown }) => {
          if (!current()) return;
          this.#heard();
          this.#onMessage(event.data);
        };
        socket.onclose = (event: { code: number; reason: string }) =>
          ended(event.code, String(event.reason ?? ""));
        socket.onerror = () => {};
      })
      .catch((error: unknown) => {
        const end = endOf(error);
        ended(end.code, end.reason);
      });
  }

  #later(asked: number | null): void {
    // A hidden page need not try; `#woke` does when somebody looks again.
    const wait = this.#page.hidden() ? BACKOFF_MAX : this.#backoff.next(asked);
    const least = this.#failures >= FALLBACK_AFTER ? this.#pollEvery : 0;
    this.#timer = setTimeout(() => this.#connect(), Math.max(wait, least));
  }

  /** No socket comes through: the server is asked. */
  async #ask(): Promise<void> {
    const mine = this.#attempt;
    try {
      const token = await this.#tokens.access();
      const url = `${this.#url}/api/games/waiting-longest`;
      const { body } = await requestJson<{ games: number[] }>(this.#fetch, url, { token });
      if (mine !== this.#attempt) return;
      const known = new Map(this.#state.map((turn) => [turn.session, turn]));
      this.#show(
        body.games.map(String).map((session) => {
          return known.get(session) ?? { session, game: "nommie", title: "" };
        }),
      );
    } catch {
      // The next attempt asks again.
    }
  }

  #onMessage(data: unknown): void {
    let message: TurnMessage | null = null;
    try {
      message = JSON.parse(String(data)) as TurnMessage | null;
    } catch {
      return;
    }
    if (message?.type === "ack" && message.topic === "user") this.#fresh = new Map();
    else if (message?.type === "pong") this.#toldAll();
    else if (message?.type === "your_turn") this.#onTurn(message);
  }

  #toldAll(): void {
    this.#failures = 0;
    this.#backoff.reset();
    if (this.#fresh) this.#show([...this.#fresh.values()]);
    this.#fresh = null;
  }

  #onTurn({ session, game_type = "", title = "", your_turn }: TurnMessage): void {
    if (!session) return;
    const turns = this.#fresh ?? new Map(this.#state.map((turn) => [turn.session, turn]));
    if (your_turn) turns.set(session, { session, game: game_type, title });
    else turns.delete(session);
    if (!this.#fresh) this.#show([...turns.values()]);
  }

  #show(turns: readonly Turn[]): void {
    const same =
      turns.length === this.#state.length &&
      turns.every((turn, index) => {
        const old = this.#state[index];
        return old?.session === turn.session && old.title === turn.title;
      });
    if (same) return;
    this.#state = turns;
    for (const listener of [...this.#listeners]) listener();
  }
}
