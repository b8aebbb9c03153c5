/**
 * One JSON request and its outcome: a body, or an {@link ApiError}. Knows the server's error format
 * and nothing of sessions.
 */
import { ApiError, type Problem } from "./errors.js";

/** A reply with a status below 400. */
export interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
}

/** What to ask. */
export interface JsonRequest {
  readonly method?: string | undefined;
  readonly body?: unknown;
  readonly token?: string | null | undefined;
  readonly headers?: { readonly [name: string]: string } | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends it. Throws {@link ApiError} for a status from 400 up, and for no reply at all (status 0). */
export async function requestJson<Body>(
  fetcher: typeof fetch,
  url: string,
  request: JsonRequest = {},
): Promise<Reply<Body>> {
  const headers: Record<string, string> = { accept: "application/json", ...request.headers };
  if (request.token) headers.authorization = `Bearer ${request.token}`;
  if (request.body !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  let text: string;
  try {
    response = await fetcher(url, {
      method: request.method ?? "GET",
      headers,
      body: JSON.stringify(request.body),
      signal: request.signal ?? null,
    });
    text = await response.text();
  } catch (cause) {
    throw new ApiError(0, "NETWORK", String(cause));
  }
  let body: unknown = null;
  try {
    if (text) body = JSON.parse(text);
  } catch {
    if (response.ok) throw new ApiError(response.status, "BAD_REPLY", "the reply is not JSON");
  }
  if (response.status >= 400) throw problemOf(response, body);
  return { status: response.status, body: body as Body };
}

/** The error that a response with a status from 400 up stands for. */
export function problemOf(response: Response, body: unknown): ApiError {
  const problem = (body && typeof body === "object" ? body : {}) as Problem;
  return new ApiError(
    response.status,
    problem.code ?? `HTTP_${response.status}`,
    problem.detail ?? problem.title ?? response.statusText,
    {
      traceId: problem.trace_id ?? response.headers.get("x-trace-id"),
      extensions: problem.extensions ?? {},
      retryAfter: retryAfterOf(response),
    },
  );
}

/** `Retry-After` in milliseconds (the form in seconds), or null. */
export function retryAfterOf(response: Response): number | null {
  const seconds = Number.parseFloat(response.headers.get("retry-after") ?? "");
  return seconds >= 0 ? seconds * 1000 : null;
}
