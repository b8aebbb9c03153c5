/**
 * The one interface behind which the transports stand. A transport moves messages; it knows nothing
 * of versions, views, back-off or pending commands.
 */
import type { ClientMessage, Position, ServerMessage } from "../messages.js";

/** Names of the transports that come with the package. */
export type TransportName = "websocket" | "sse" | "polling";

/** The part of a `WebSocket` that is used; the browser's and that of the package `ws` both fit. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

/** A class that makes sockets. */
export type WebSocketConstructor = new (url: string, protocols?: string[]) => WebSocketLike;

/** What a transport needs to know to connect. */
export interface ConnectRequest {
  /** Absolute base address, without a slash at the end. */
  readonly url: string;
  readonly session: string;
  /** Resume after this position; null asks for a whole view. */
  readonly since: Position | null;
  readonly patch: boolean;
  /** Milliseconds that the server may hold a poll. */
  readonly pollWait: number;
  readonly fetch: typeof fetch;
  readonly WebSocket?: WebSocketConstructor | undefined;
  /** Token for this kind of use, or null. Rejects when it cannot be had now. */
  token(use: "ws" | "api"): Promise<string | null>;
}

/** How a connection ended. Codes are the close codes of the protocol, whatever the transport. */
export interface ConnectionEnd {
  readonly code: number;
  /** `word` or `word;retry=MS`. */
  readonly reason: string;
}

/**
 * What a transport tells: nothing before `connect` has returned, and nothing any more after `close()`
 * or `ended`.
 */
export interface ConnectionEvents {
  message(message: ServerMessage): void;
  /** Anything at all arrived, or the server confirmed that nothing is missing. */
  alive(inSync: boolean): void;
  ended(end: ConnectionEnd): void;
}

/** A connection, open or opening. */
export interface Connection {
  /** Sends a message; absent when the transport goes one way only. */
  readonly send?: (message: ClientMessage) => void;
  /** Asks for a whole view. */
  resync(): void;
  close(): void;
}

/** A way to reach the server. */
export interface Transport {
  readonly name: TransportName;
  /** False when this environment lacks what it needs: it is passed over at once. */
  supported?(request: Pick<ConnectRequest, "WebSocket" | "fetch">): boolean;
  connect(request: ConnectRequest, events: ConnectionEvents): Connection;
}
