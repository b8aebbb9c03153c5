/**
 * What a user of the package sees: options, state, status, callbacks. Types only.
 */
import type {
  ClosedMessage,
  ErrorMessage,
  GameEventMessage,
  Json,
  PresenceMessage,
  ViewMessage,
} from "./messages.js";
import type { Transport, TransportName, WebSocketConstructor } from "./transports/transport.js";

/**
 * How the connection is.
 * - `connecting`: first attempt, nothing has been live yet.
 * - `live`: in sync; every commit arrives.
 * - `reconnecting`: was lost, another attempt is under way or waits (`retryIn`).
 * - `paused`: the page is hidden; resumes by itself when it is visible again.
 * - `offline`: as `reconnecting`, and the browser says that there is no network.
 * - `closed`: for good; `reason` says why. Only `start()` begins anew.
 */
export type ConnectionState =
  | "connecting"
  | "live"
  | "reconnecting"
  | "paused"
  | "offline"
  | "closed";

/** The connection, for a status line. */
export interface Status {
  readonly state: ConnectionState;
  /** The transport in use, or the one that is being tried; null before `start()` and when closed. */
  readonly transport: TransportName | null;
  /** Why it is not live: a word of the server (`deleted`, `drain`, …) or of the client (`timeout`). */
  readonly reason: string | null;
  /** Close code of the last end of a connection, if there was one. */
  readonly code: number | null;
  /** Milliseconds that the client waits before the next attempt; null when it does not wait. */
  readonly retryIn: number | null;
}

/** One immutable picture of everything. A new object when anything changed, the same otherwise. */
export interface SyncState<View> {
  /** What to show: the server's view with the commands under way applied; null before the first. */
  readonly view: View | null;
  /** The server's view alone. */
  readonly confirmed: View | null;
  /** `lock_version` of `confirmed`; null before the first view. */
  readonly version: number | null;
  readonly epoch: string | null;
  /** The seat that the view was made for; null for a spectator. */
  readonly viewerSeat: number | null;
  readonly status: Status;
  /** Who is here; null until the server has told. */
  readonly presence: PresenceMessage | null;
  /** How many commands have no answer yet. */
  readonly pending: number;
}

/** Where the access token comes from. {@link Api} is one. */
export interface TokenSource {
  /**
   * The access token, or null for an anonymous visitor. With `fresh` the last one was refused or is
   * about to expire: renew it if that can be done.
   */
  accessToken(fresh: boolean): string | null | Promise<string | null>;
  /** Calls back when the token was renewed, or when it is somebody else's now (`identity`). */
  onChange?(listener: (change: "renewed" | "identity") => void): () => void;
}

/** What the page tells: visible or hidden, online or offline. Given by tests; browsers need none. */
export interface PageSignals {
  hidden(): boolean;
  online(): boolean;
  /** Calls back whenever one of the two may have changed. */
  listen(listener: () => void): () => void;
}

/** Options of {@link GameSync}. Times are in milliseconds. */
export interface GameSyncOptions<View> {
  /** Id of the session. */
  readonly session: string;
  /** Base address of the server, such as `https://api.example`. Default: the page's own origin. */
  readonly url?: string | undefined;
  /** Where the access token comes from. Default: none, the visitor is anonymous. */
  readonly auth?: TokenSource | undefined;
  /**
   * Gives the token for a socket. Default: exchanged for the access token of `auth` at
   * `/api/ws/token`.
   */
  readonly getToken?: (() => string | null | Promise<string | null>) | undefined;
  /** The first view, when the page came with it: shown before any connection. */
  readonly initial?: ViewMessage<View> | null | undefined;
  /** Ask for patches instead of whole views. Default true. */
  readonly patch?: boolean | undefined;
  /** Transports, best first. Default `["websocket", "sse", "polling"]`. */
  readonly transports?: readonly (TransportName | Transport)[] | undefined;
  /** Failures in a row to connect before the next transport is tried. Default 2. A time-out is two. */
  readonly fallbackAfter?: number | undefined;
  /** First try of a better transport after this time, then after twice the time. Default 15 000. */
  readonly upgradeAfter?: number | undefined;
  /** No first view after this time: the attempt has failed. Default 10 000. */
  readonly connectTimeout?: number | undefined;
  /** A socket silent for this long is probed with a ping; no answer in 10 s ends it. Default 25 000. */
  readonly heartbeat?: number | undefined;
  /** Upper bound of the first wait before a new attempt; doubles each time. Default 500. */
  readonly backoffBase?: number | undefined;
  /** Upper bound of all waits. Default 20 000. */
  readonly backoffMax?: number | undefined;
  /** Hidden for this long: paused. `Infinity` never pauses. Default 10 000. */
  readonly pauseAfter?: number | undefined;
  /** A command without an answer after this time is rejected with `TIMEOUT`. Default 30 000. */
  readonly commandTimeout?: number | undefined;
  /** Commands without an answer at one time; one more is rejected. Default 64. */
  readonly maxPending?: number | undefined;
  /** How long the server may hold a poll, in whole seconds' worth of milliseconds. Default 25 000. */
  readonly pollWait?: number | undefined;
  /** Default: `globalThis.WebSocket`. Node 20 has none: give that of the package `ws`. */
  readonly WebSocket?: WebSocketConstructor | undefined;
  /** Default: `globalThis.fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** Source of jitter, 0 ≤ x < 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Default: `document` and `navigator`, when there are any. */
  readonly page?: PageSignals | undefined;
}

/** Options of one command. */
export interface SendOptions<View> {
  /** Shows the outcome before the server has answered; must be pure, and return a new view. */
  readonly optimistic?: ((view: View) => View) | undefined;
  /** Refuse with `OPTIMISTIC_LOCK` unless this is the newest version. Default: newest state counts. */
  readonly lockVersion?: number | undefined;
  /** Idempotency key; the same key is applied once. Default: a random one for each `send`. */
  readonly id?: string | undefined;
}

/** The server's answer to an accepted command. */
export interface CommandResult {
  /** Version of the session after the commit. */
  readonly lockVersion: number;
  /** The game's reply, or null. */
  readonly data: Json;
}

/** What `GameSync.on` can listen to. */
export interface SyncEvents {
  /** Something happened in the game; each id once. */
  event: GameEventMessage;
  presence: PresenceMessage;
  /** The server ended this stream for good. */
  closed: ClosedMessage;
  status: Status;
  /** The server refused something that was not a command. */
  error: ErrorMessage;
}
