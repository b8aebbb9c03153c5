/** The session's socket, `/ws/sessions/{id}`. Moves messages both ways. */
import { streamQuery } from "../address.js";
import type { ClientMessage, ServerMessage } from "../messages.js";
import { endOf } from "./ends.js";
import type { Connection, ConnectionEvents, ConnectRequest, Transport } from "./transport.js";

/** The best transport: both ways, least delay. */
export const websocket: Transport = {
  name: "websocket",
  supported: (request) => request.WebSocket !== undefined,
  connect,
};

function connect(request: ConnectRequest, events: ConnectionEvents): Connection {
  const { since, session } = request;
  let closed = false;
  let socket: InstanceType<NonNullable<ConnectRequest["WebSocket"]>> | undefined;
  const send = (message: ClientMessage) => {
    // 1 is OPEN. What cannot be sent now is repeated by the caller on the next connection.
    if (socket?.readyState === 1) socket.send(JSON.stringify(message));
  };

  const open = (token: string | null) => {
    if (closed || !request.WebSocket) return;
    const query = streamQuery(request.patch, since);
    const base = request.url.replace(/^http/, "ws");
    const url = `${base}/ws/sessions/${encodeURIComponent(session)}${query}`;
    const opened = new request.WebSocket(
      url,
      token ? ["parlor.v1", `parlor.token.${token}`] : ["parlor.v1"],
    );
    socket = opened;
    // A resume without anything missed may bring no message: the pong then says so.
    if (since) opened.onopen = () => send({ type: "ping" });
    opened.onmessage = (event: { data: unknown }) => {
      if (closed) return;
      const message = parse(event.data);
      events.alive(message?.type === "pong");
      if (message) events.message(message);
    };
    opened.onclose = (event: { code: number; reason: string }) => {
      if (closed) return;
      closed = true;
      events.ended({ code: event.code, reason: String(event.reason ?? "") });
    };
    // `close` follows with the code; without a listener some implementations throw.
    opened.onerror = () => {};
  };

  request
    .token("ws")
    .then(open)
    .catch((error: unknown) => {
      if (closed) return;
      closed = true;
      events.ended(endOf(error));
    });

  return {
    send,
    resync: () => send({ type: "subscribe", topic: `session:${session}`, patch: request.patch }),
    close() {
      closed = true;
      socket?.close(1000);
    },
  };
}

function parse(data: unknown): ServerMessage | null {
  try {
    const message: unknown = typeof data === "string" ? JSON.parse(data) : null;
    return message && typeof message === "object" ? (message as ServerMessage) : null;
  } catch {
    return null;
  }
}
