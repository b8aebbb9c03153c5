/**
 * The one error type of this package: a refusal by the server, over HTTP or over a socket, or by
 * the client itself. Knows nothing of how a request is made.
 */

/** What an RFC 9457 body (`application/problem+json`) of the server holds. */
export interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly code?: string;
  readonly trace_id?: string;
  readonly extensions?: { readonly [key: string]: unknown };
}

/** Codes that the client makes itself; all others come from the server. */
export type ClientErrorCode = "NETWORK" | "TIMEOUT" | "CLOSED" | "TOO_MANY_PENDING" | "BAD_REPLY";

/** A refused or failed request. `code` is what to switch on. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** A code of the server's table (`OPTIMISTIC_LOCK`, a rule's code, …) or a {@link ClientErrorCode}. */
  readonly code: string;
  /** HTTP status; 0 when no reply came. */
  readonly status: number;
  /** The id under which the server logged it, if it said so. */
  readonly traceId: string | null;
  /** More about it: `expected`, `actual`, `snapshot` of a stale version. */
  readonly extensions: { readonly [key: string]: unknown };
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfter: number | null;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      traceId?: string | null;
      extensions?: { readonly [key: string]: unknown };
      retryAfter?: number | null;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.traceId = more.traceId ?? null;
    this.extensions = more.extensions ?? {};
    this.retryAfter = more.retryAfter ?? null;
  }

  /** The command named a version that is no longer the newest. */
  get conflict(): boolean {
    return this.code === "OPTIMISTIC_LOCK";
  }
}
