/** Long polls of `GET /api/sessions/{id}`. The last resort; works wherever HTTP works. */
import { positionText, sessionUrl } from "../address.js";
import { ApiError } from "../errors.js";
import { requestJson } from "../http.js";
import type { ViewMessage } from "../messages.js";
import { endOf } from "./ends.js";
import type { Connection, ConnectionEvents, ConnectRequest, Transport } from "./transport.js";

/** Shortest time between two polls, in milliseconds: a server that does not hold them is spared. */
const MIN_INTERVAL = 250;
/** The same when the last poll brought nothing new. */
const MIN_IDLE_INTERVAL = 1000;

/** A view, with what only the body of a `GET` says. */
type Body = ViewMessage & { readonly status?: string };

/** Whole views, one request after the other. */
export const polling: Transport = {
  name: "polling",
  connect,
};

function connect(request: ConnectRequest, events: ConnectionEvents): Connection {
  const abort = new AbortController();
  const { signal } = abort;
  let since = request.since && positionText(request.since);

  const loop = async () => {
    // The first one is not held: its answer says that the connection works.
    for (let wait = 0; !signal.aborted; wait = request.pollWait) {
      const began = Date.now();
      const body = await poll(request, since, wait, signal);
      if (signal.aborted) return;
      events.alive(true);
      const here = body && positionText(body);
      const moved = body && here !== since;
      if (moved) {
        since = here;
        events.message(body);
        // Nothing more will come, and no poll would ever say so.
        if (body.status === "ended") events.message({ ...body, type: "closed", reason: "ended" });
      }
      const pause = (moved ? MIN_INTERVAL : MIN_IDLE_INTERVAL) - (Date.now() - began);
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
  loop().catch((error: unknown) => {
    if (!signal.aborted) events.ended(endOf(error));
  });

  return {
    resync() {
      since = null;
    },
    close: () => abort.abort(),
  };
}

async function poll(
  request: ConnectRequest,
  since: string | null,
  wait: number,
  signal: AbortSignal,
): Promise<Body | null> {
  const token = await request.token("api");
  const query = since ? `?wait=${Math.floor(wait / 1000)}&since=${since}` : "";
  const url = sessionUrl(request.url, request.session, query);
  const { body, status } = await requestJson<Body | null>(request.fetch, url, {
    token,
    signal,
  });
  if (status !== 200) return null;
  if (typeof body?.lock_version !== "number") throw new ApiError(status, "BAD_REPLY", "no view");
  return body;
}
