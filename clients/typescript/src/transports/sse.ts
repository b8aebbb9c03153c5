/**
 * Server-Sent Events over a streamed `fetch`, not `EventSource`, which cannot send an
 * `Authorization` header. One way: commands go over HTTP beside it.
 */
import { sessionUrl, streamQuery } from "../address.js";
import { problemOf } from "../http.js";
import type { Position, ServerMessage } from "../messages.js";
import { endOf } from "./ends.js";
import type {
  Connection,
  ConnectionEnd,
  ConnectionEvents,
  ConnectRequest,
  Transport,
} from "./transport.js";

/** For networks that let no socket through. */
export const sse: Transport = {
  name: "sse",
  connect,
};

function connect(request: ConnectRequest, events: ConnectionEvents): Connection {
  let abort = new AbortController();
  const run = (since: Position | null) => {
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    follow(request, events, since, signal)
      .catch(endOf)
      .then((end) => {
        if (!signal.aborted) events.ended(end);
      });
  };
  run(request.since);
  return { resync: () => run(null), close: () => abort.abort() };
}

async function follow(
  request: ConnectRequest,
  events: ConnectionEvents,
  since: Position | null,
  signal: AbortSignal,
): Promise<ConnectionEnd> {
  const token = await request.token("api");
  signal.throwIfAborted();
  const response = await request.fetch(
    sessionUrl(request.url, request.session, `/stream${streamQuery(request.patch, since)}`),
    {
      headers: {
        accept: "text/event-stream",
        ...(token && { authorization: `Bearer ${token}` }),
      },
      cache: "no-store",
      signal,
    },
  );
  if (!response.ok) {
    throw problemOf(response, await response.json().catch(() => null));
  }
  const stream = /^text\/event-stream/i.test(response.headers.get("content-type") ?? "");
  if (!stream || !response.body) return { code: 1006, reason: "not-a-stream" };
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let retry = "";
  const parser = eventParser((field, value) => {
    if (signal.aborted) return;
    if (field === "data") events.message(JSON.parse(value) as ServerMessage);
    else if (field === "retry") retry = `;retry=${value}`;
    // The server writes in order: a comment after a resume says that nothing is missing.
    else if (field === "") events.alive(since !== null);
  });
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { code: 1006, reason: `stream-end${retry}` };
    events.alive(false);
    parser(decoder.decode(value, { stream: true }));
  }
}

/**
 * Feeds pieces of an event stream, cut anywhere. Calls back for each event with `data` and all its
 * data, and for every other field, and for comments, whose field is empty, with the line's value.
 */
export function eventParser(
  onField: (field: string, value: string) => void,
): (piece: string) => void {
  let rest = "";
  let data: string[] = [];
  return (piece) => {
    rest += piece;
    // A CR at the very end may be half of a CRLF: it waits for the next piece.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (field === "data") data.push(value);
      else if (line !== "") onField(field, value);
      else if (data.length > 0) {
        onField("data", data.join("\n"));
        data = [];
      }
    }
  };
}
