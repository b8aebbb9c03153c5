/** What a failed HTTP request means, in the close codes of the protocol. */
import { ApiError } from "../errors.js";
import type { ConnectionEnd } from "./transport.js";

const CODES: { readonly [status: number]: number } = {
  400: 4500,
  401: 4401,
  403: 4503,
  404: 4504,
  410: 4504,
  429: 4429,
  503: 1012,
};

/**
 * The end that an error stands for. Only a refusal in the server's own format is believed: a 404 of
 * some proxy on the way says nothing about the session.
 */
export function endOf(error: unknown): ConnectionEnd {
  if (!(error instanceof ApiError)) return { code: 1006, reason: "network" };
  const own = !error.code.startsWith("HTTP_") || error.status === 401;
  const code = (own && CODES[error.status]) || 1006;
  const wait = error.retryAfter === null ? "" : `;retry=${error.retryAfter}`;
  return { code, reason: error.code.toLowerCase() + wait };
}
