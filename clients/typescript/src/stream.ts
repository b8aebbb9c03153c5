/**
 * One socket that only tells: a stream of events with positions, such as `/api/games/ws`, or topics of
 * `/ws`. Connects, notices when it is dead, and comes back after the last event that was heard. Knows
 * no event: what a message means, and which one was heard before, is for whoever listens.
 */
import { Backoff, isFinal, parseReason } from "./backoff.js";
import { pageSignals } from "./signals.js";
import { Tokens } from "./tokens.js";
import { endOf } from "./transports/ends.js";
import type { WebSocketConstructor, WebSocketLike } from "./transports/transport.js";
import type { PageSignals, Status, TokenSource } from "./types.js";

/** Options of {@link EventStream}. */
export interface EventStreamOptions<Message> {
  /** Base address of the server. Default: the page's own origin. */
  readonly url?: string | undefined;
  /** Path of the socket. */
  readonly path: string;
  /** Who listens; an `Api`, or any `TokenSource`. */
  readonly auth: TokenSource;
  /** Every message, in order. What a dead connection still says is left out. */
  readonly onMessage: (message: Message) => void;
  /** Id of the last event that was heard: a new connection goes on after it. */
  readonly since?: (() => string | null) | undefined;
  /** Said first on every connection, such as a `subscribe`. */
  readonly hello?: readonly object[] | undefined;
  /** The server has answered all that was said first, on this connection. */
  readonly onReady?: (() => void) | undefined;
  readonly WebSocket?: WebSocketConstructor | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly random?: (() => number) | undefined;
  readonly page?: PageSignals | undefined;
}

/** Bounds of the waits between attempts, in milliseconds. */
const BACKOFF_BASE = 500;
const BACKOFF_MAX = 30_000;
/** A socket that is silent for so long is asked for a sign of life, in milliseconds. */
const HEARTBEAT = 25_000;
/** How long it may take to give one: by itself, and when somebody has just come to look. */
const ANSWER_WITHIN = 10_000;
const CHECK_WITHIN = 3_000;

const PING = '{"type":"ping"}';

const IDLE: Status = {
  state: "closed",
  transport: null,
  reason: null,
  code: null,
  retryIn: null,
};

/** Follows a stream, from `start` to `close`, or until the server says not to come back. */
export class EventStream<Message extends { readonly type: string }> {
  readonly #options: EventStreamOptions<Message>;
  readonly #socketUrl: string;
  readonly #tokens: Tokens;
  readonly #WebSocket: WebSocketConstructor | undefined;
  readonly #page: PageSignals;
  readonly #backoff: Backoff;
  readonly #listeners = new Set<() => void>();
  #status: Status = IDLE;
  #socket: WebSocketLike | null = null;
  /** Counts attempts: what belongs to an older one is ignored. */
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Runs while a socket is open: a phone that wakes is not told that its socket has died. */
  #silence: ReturnType<typeof setTimeout> | undefined;
  #leave: (() => void) | null = null;

  constructor(options: EventStreamOptions<Message>) {
    const globals = globalThis as {
      WebSocket?: WebSocketConstructor;
      location?: { origin?: string };
    };
    const url = options.url ?? "";
    const fetcher = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#options = options;
    this.#socketUrl = (url || (globals.location?.origin ?? "")).replace(/^http/, "ws");
    this.#tokens = new Tokens(options.auth, undefined, url, fetcher);
    this.#WebSocket = options.WebSocket ?? globals.WebSocket;
    this.#page = options.page ?? pageSignals;
    this.#backoff = new Backoff(BACKOFF_BASE, BACKOFF_MAX, options.random ?? Math.random);
  }

  /** How the connection is. The same object until it changes. */
  readonly getState = (): Status => this.#status;

  /** Calls back when the connection has changed. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Connects; safe to call twice. */
  start(): void {
    if (this.#leave) return;
    this.#leave = this.#page.listen(() => this.#woke());
    this.#show({ ...IDLE, state: "connecting" });
    this.#connect();
  }

  /** Tries again at once, also after the server has said not to. */
  retry(): void {
    if (!this.#leave) return;
    this.#backoff.reset();
    this.#connect();
  }

  /** Stops. */
  close(): void {
    this.#leave?.();
    this.#leave = null;
    this.#drop();
    this.#show(IDLE);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#timer = undefined;
    this.#silence = undefined;
    this.#attempt += 1;
    this.#socket?.close(1000);
    this.#socket = null;
  }

  /** Visible or online again: at once, if nothing is there; else is it still alive? */
  #woke(): void {
    if (!this.#page.online()) {
      if (this.#status.state !== "closed") this.#show({ ...this.#status, state: "offline" });
      return;
    }
    if (this.#page.hidden()) return;
    if (this.#silence !== undefined) this.#probe(CHECK_WITHIN);
    else if (this.#timer !== undefined) this.#connect();
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#probe(ANSWER_WITHIN), HEARTBEAT);
    if (this.#status.state === "live") return;
    this.#backoff.reset();
    this.#show({ ...IDLE, state: "live", transport: "websocket" });
  }

  #probe(patience: number): void {
    // 1 is OPEN.
    if (this.#socket?.readyState === 1) this.#socket.send(PING);
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#ended(1006, "timeout"), patience);
  }

  #connect(): void {
    this.#drop();
    const mine = this.#attempt;
    const current = () => mine === this.#attempt;
    this.#tokens
      .socket()
      .then((token) => {
        if (!current()) return;
        if (!token || !this.#WebSocket) return this.#ended(4501, "no-login");
        const since = this.#options.since?.() ?? null;
        const query = since === null ? "" : `?since=${encodeURIComponent(since)}`;
        const address = this.#socketUrl + this.#options.path + query;
        const socket = new this.#WebSocket(address, ["parlor.v1", `parlor.token.${token}`]);
        this.#socket = socket;
        this.#silence = setTimeout(() => current() && this.#ended(1006, "timeout"), ANSWER_WITHIN);
        let ready = false;
        socket.onopen = () => {
          const { hello } = this.#options;
          if (!current() || !hello) return;
          // Messages are handled in their order: with the last one's answer, all are answered.
          for (const message of hello) socket.send(JSON.stringify(message));
          socket.send(PING);
        };
        socket.onmessage = (event: { data: unknown }) => {
          if (!current()) return;
          const message = parse<Message>(event.data);
          this.#heard();
          if (message && message.type !== "pong") return this.#options.onMessage(message);
          if (!ready && message) this.#options.onReady?.();
          ready ||= message !== null;
        };
        socket.onclose = (event: { code: number; reason: string }) => {
          if (current()) this.#ended(event.code, String(event.reason ?? ""));
        };
        socket.onerror = () => {};
      })
      .catch((error: unknown) => {
        const end = endOf(error);
        if (current()) this.#ended(end.code, end.reason);
      });
  }

  #ended(code: number, reason: string): void {
    this.#drop();
    const { word, retry } = parseReason(reason);
    if (isFinal(code)) {
      this.#show({ ...IDLE, reason: word, code });
      return;
    }
    if (code === 4401) this.#tokens.stale = true;
    // A hidden page need not try; `#woke` does when somebody looks again.
    const wait = this.#page.hidden() ? BACKOFF_MAX : this.#backoff.next(retry);
    this.#timer = setTimeout(() => this.#connect(), wait);
    const state = this.#page.online() ? "reconnecting" : "offline";
    this.#show({ state, transport: "websocket", reason: word, code, retryIn: wait });
  }

  #show(status: Status): void {
    this.#status = status;
    for (const listener of [...this.#listeners]) listener();
  }
}

function parse<Message>(data: unknown): Message | null {
  try {
    const message: unknown = JSON.parse(String(data));
    return message && typeof message === "object" ? (message as Message) : null;
  } catch {
    return null;
  }
}
