/**
 * The shapes on the wire. Knows nothing of transports, timers or state.
 * The public contract is `docs/PROTOCOL.md`; the examples in `docs/vectors/messages.json`
 * are read by the tests of this package and by the server's.
 */

/** Any JSON value. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** One operation of an RFC 6902 patch. */
export type PatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly path: string; readonly from: string };

/** Where a session stands: versions compare only within one epoch. */
interface Stand {
  readonly epoch: string;
  readonly lock_version: number;
}

/** Where a client stands, and whose view it holds: that of a seat, or of a spectator (`null`). */
export interface Position extends Stand {
  readonly viewer_seat: number | null;
}

interface SessionEnvelope extends Stand {
  /** Schema of the message; 1 today. */
  readonly version: number;
  readonly session: string;
}

/** A whole view, made for this viewer. */
export interface ViewMessage<View = unknown> extends SessionEnvelope, Position {
  readonly type: "snapshot" | "update";
  readonly data: View;
}

/** The way from the view at `base` to the view at `lock_version`. */
export interface PatchMessage extends SessionEnvelope, Position {
  readonly type: "patch";
  readonly base: number;
  readonly patch: readonly PatchOperation[];
}

/** Something happened in the game; `id` is `<lock_version>.<index>`. */
export interface GameEventMessage extends SessionEnvelope {
  readonly type: "game_event";
  readonly id: string;
  readonly schema: number;
  readonly game_type: string;
  readonly user_id: string | null;
  readonly bet?: Json;
  readonly result: Json;
  /** RFC 3339, UTC, milliseconds. */
  readonly ts: string;
}

/** Who is here; not part of a view and bumps no version. */
export interface PresenceMessage {
  readonly type: "presence";
  readonly version: number;
  readonly session: string;
  readonly epoch: string;
  /** Seat number (as a string) to whether somebody is connected for it. */
  readonly seats: { readonly [seat: string]: boolean };
  readonly viewers: number;
}

/** The last message of a session for this viewer. */
export interface ClosedMessage extends SessionEnvelope {
  readonly type: "closed";
  /** `deleted`, `ended`, or another word of the server's. */
  readonly reason: string;
}

/** First message of a socket, and the reply to subscribe and unsubscribe. */
export interface AckMessage {
  readonly type: "ack";
  readonly version?: number;
  readonly message?: string;
  readonly user_id?: string | null;
  readonly topic?: string;
  readonly ref?: string;
}

/** Why a command was refused, as a socket tells it. */
export interface ResultError {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly expected?: number;
  readonly actual?: number;
  readonly snapshot?: ViewMessage;
}

/** Reply to a `command`. */
export interface ResultMessage {
  readonly type: "result";
  readonly ref?: string;
  readonly session: string;
  readonly lock_version?: number;
  readonly data?: Json;
  readonly error?: ResultError;
}

/** Anything else refused. */
export interface ErrorMessage {
  readonly type: "error";
  readonly code?: string;
  readonly message?: string;
  readonly detail?: string;
  readonly ref?: string;
}

/** Reply to `ping`. */
export interface PongMessage {
  readonly type: "pong";
}

/** Every message that a session's stream may carry. Unknown types are ignored. */
export type ServerMessage =
  | ViewMessage
  | PatchMessage
  | GameEventMessage
  | PresenceMessage
  | ClosedMessage
  | AckMessage
  | ResultMessage
  | ErrorMessage
  | PongMessage;

/** Every message that this client sends. */
export type ClientMessage =
  | {
      readonly type: "subscribe";
      readonly topic: string;
      readonly patch?: boolean;
      readonly since?: Position;
      readonly ref?: string;
    }
  | { readonly type: "unsubscribe"; readonly topic: string; readonly ref?: string }
  | {
      readonly type: "command";
      readonly session: string;
      readonly command: unknown;
      readonly lock_version?: number;
      readonly id?: string;
      readonly ref?: string;
    }
  | { readonly type: "token"; readonly token: string }
  | { readonly type: "ping" };
