/**
 * Where others wait for this user: the topic `user` of `/ws`, over all sessions. Without sockets it
 * asks `GET /api/games/waiting-longest` now and then. Knows nothing of what a session shows.
 */
import { requestJson } from "./http.js";
import { EventStream } from "./stream.js";
import type { WebSocketConstructor } from "./transports/transport.js";
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
  readonly WebSocket?: WebSocketConstructor | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly random?: (() => number) | undefined;
  readonly page?: PageSignals | undefined;
}

/** Sockets that failed in a row before the server is asked instead. */
const FALLBACK_AFTER = 2;
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
  readonly #auth: TokenSource;
  readonly #fetch: typeof fetch;
  readonly #stream: EventStream<TurnMessage>;
  readonly #listeners = new Set<() => void>();
  #state: readonly Turn[] = [];
  /** What the server tells of a new connection until it has told all; null outside of that. */
  #fresh: Map<string, Turn> | null = null;
  #failures = 0;
  /** Counts questions: the answer to an older one is ignored. */
  #asked = 0;
  #leave: (() => void) | null = null;

  constructor(options: TurnsOptions) {
    this.#url = options.url ?? "";
    this.#auth = options.auth;
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#stream = new EventStream({
      ...options,
      path: "/ws",
      hello: [{ type: "subscribe", topic: "user" }],
      onMessage: (message) => this.#onMessage(message),
      onReady: () => this.#toldAll(),
    });
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
    const leaveStream = this.#stream.subscribe(() => this.#onStatus());
    const leaveAuth = this.#auth.onChange?.((change) => {
      if (change !== "identity") return;
      this.#forget();
      this.#stream.retry();
    });
    this.#leave = () => {
      leaveStream();
      leaveAuth?.();
    };
    this.#stream.start();
  }

  /** Stops, and forgets. */
  close(): void {
    this.#leave?.();
    this.#leave = null;
    this.#stream.close();
    this.#forget();
  }

  #forget(): void {
    this.#asked += 1;
    this.#fresh = null;
    this.#show([]);
  }

  #onStatus(): void {
    if (this.#stream.getState().state !== "reconnecting") return;
    this.#fresh = null;
    this.#failures += 1;
    if (this.#failures >= FALLBACK_AFTER) void this.#ask();
  }

  /** No socket comes through: the server is asked. */
  async #ask(): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    try {
      const token = await this.#auth.accessToken(false);
      const url = `${this.#url}/api/games/waiting-longest`;
      const { body } = await requestJson<{ games: number[] }>(this.#fetch, url, { token });
      if (mine !== this.#asked) return;
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

  #onMessage(message: TurnMessage): void {
    if (message.type === "ack" && message.topic === "user") this.#fresh = new Map();
    else if (message.type === "your_turn") this.#onTurn(message);
  }

  #toldAll(): void {
    this.#failures = 0;
    this.#asked += 1;
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
