/**
 * Transports for a *face*: a game with a socket and endpoints of its own, beside `/ws/sessions/{id}`
 * and `/api/sessions`. Its socket brings whole views, a `GET` the same one with an ETag, and commands
 * are requests. Knows no game; `GameSync` does with these transports what it does with any other.
 */
import { ApiError } from "./errors.js";
import { type JsonRequest, type Reply, requestJson } from "./http.js";
import type { ClientMessage, Json, ServerMessage, ViewMessage } from "./messages.js";
import type { GameSync } from "./sync.js";
import { endOf } from "./transports/ends.js";
import type {
  Connection,
  ConnectionEvents,
  ConnectRequest,
  Transport,
} from "./transports/transport.js";
import { websocket } from "./transports/websocket.js";

/** The request that carries a command; `lock_version` joins the body when the sender names one. */
export interface FaceRequest {
  /** Default `POST`. */
  readonly method?: string | undefined;
  readonly path: string;
  readonly body?: { readonly [key: string]: unknown } | undefined;
}

/** A game's own endpoints. Paths begin with `/` and are below the `url` of the `GameSync`. */
export interface FaceOptions<Command> {
  /** The socket: a path, or a whole `ws://` or `wss://` address when it is elsewhere. */
  readonly socket: string;
  /** Path of the whole view, which holds its own `lock_version`. */
  readonly snapshot: string;
  /** How a command is spelt. */
  readonly command: (command: Command) => FaceRequest;
  /** Time between two polls, in milliseconds. Default 2000. */
  readonly pollEvery?: number | undefined;
}

/** What {@link face} makes. */
export interface Face {
  /** Best first, for the option `transports` of `GameSync`. */
  readonly transports: readonly [websocket: Transport, polling: Transport];
  /**
   * Asks for the view once, beside the connection, and shows it if it is newer. Resolves with false
   * when it is the same as the last time (304). Rejects with `ApiError`.
   */
  readonly refresh: <View, Command>(sync: GameSync<View, Command>) => Promise<boolean>;
}

/** What a request needs to know. */
type Asking = Pick<ConnectRequest, "session" | "url" | "fetch" | "token">;
type CommandMessage = Extract<ClientMessage, { type: "command" }>;

/**
 * A view that came over HTTP, as the message that a socket brings; `seat` is the header
 * `x-viewer-seat`. A page that was rendered on a server gives it as `initial`.
 */
export function faceView<View>(
  session: string,
  data: View,
  seat: string | number | null = null,
): ViewMessage<View> {
  return messageOf(session, data, versionIn(data), seat, "");
}

/** The transports of one session of a game with endpoints of its own. */
export function face<Command>(options: FaceOptions<Command>): Face {
  const { pollEvery = 2000 } = options;
  /** Of the newest connection: `refresh` asks in the same way. */
  let latest: Asking | undefined;
  let refreshed: string | null = null;
  // HTTP names no epoch: what it says is of the epoch that the socket named last. The first one is
  // called "", so that a view which came before it is of the same.
  let first: string | undefined;
  let epoch = "";
  /** Whose view came last: the one beside a refusal does not say. */
  let seat: number | null = null;

  const pushed = (session: string, message: ViewMessage): ViewMessage => {
    first ??= message.epoch;
    epoch = message.epoch === first ? "" : message.epoch;
    seat = message.viewer_seat ?? null;
    // Some faces say the version beside `data`, some in it.
    const version = versionIn(message) ?? versionIn(message.data);
    return messageOf(session, message.data, version, seat, epoch);
  };

  /** The view, or null when `etag` still names it. */
  const load = async (request: Asking, etag: string | null, signal?: AbortSignal) => {
    const { status, body, headers } = await ask(request, options.snapshot, {
      ...(etag && { headers: { "if-none-match": etag } }),
      signal,
    });
    if (status === 304) return { view: null, etag };
    const told = headers.get("x-viewer-seat");
    const view = messageOf(request.session, body, versionIn(body), told, epoch);
    seat = view.viewer_seat;
    return { view, etag: headers.get("etag") };
  };

  /** Sends a command as a request, and tells its reply as a socket does. Never rejects. */
  const post = async (
    request: ConnectRequest,
    events: ConnectionEvents,
    { command, lock_version, id = "" }: CommandMessage,
  ) => {
    const { session } = request;
    const tell = (result: object) =>
      events.message({ type: "result", session, ref: id, ...result } as ServerMessage);
    try {
      const { method = "POST", path, body } = options.command(command as Command);
      const reply = await ask<Json>(request, path, {
        method,
        headers: { "idempotency-key": id },
        body: { ...body, lock_version },
      });
      tell({ lock_version: versionIn(reply.body) ?? versionOf(reply), data: reply.body });
    } catch (cause) {
      const { status, code, message, extensions } = errorOf(cause);
      const { snapshot } = extensions;
      // A stale version comes with the newest view.
      const version = versionIn(snapshot);
      const fresh = version !== null && messageOf(session, snapshot, version, seat, epoch);
      tell({ error: { ...extensions, status, code, message, ...(fresh && { snapshot: fresh }) } });
    }
  };

  /** Requests may overtake each other: the next command waits for the answer to the one before. */
  const inOrder = (request: ConnectRequest, events: ConnectionEvents) => {
    let last = Promise.resolve();
    return (message: CommandMessage): Promise<void> => {
      last = last.then(() => post(request, events, message));
      return last;
    };
  };

  const socket = (request: ConnectRequest, events: ConnectionEvents): Connection => {
    latest = request;
    const carry = inOrder(request, events);
    const { session, url, WebSocket } = request;
    const address = /^wss?:/.test(options.socket)
      ? options.socket
      : url.replace(/^http/, "ws") + options.socket;
    // The session's transport with another address. Each connection begins with a whole view, so
    // there is nothing to resume.
    const inner = websocket.connect(
      { ...request, since: null, WebSocket: WebSocket && at(address, WebSocket) },
      {
        message: (message) => events.message(isView(message) ? pushed(session, message) : message),
        alive: () => events.alive(false),
        ended: (end) => events.ended(end),
      },
    );
    return {
      send(message) {
        if (message.type === "command") void carry(message);
        else inner.send?.(message);
      },
      // Only a patch can ask for it, and a face sends none.
      resync: () => {},
      close: inner.close,
    };
  };

  const poll = (request: ConnectRequest, events: ConnectionEvents): Connection => {
    latest = request;
    const carry = inOrder(request, events);
    const abort = new AbortController();
    const { signal } = abort;
    /** Asked for while a poll is under way: the next one follows it at once. */
    let due = false;
    let endPause = () => {};
    const wake = () => {
      due = true;
      endPause();
    };
    const pause = () =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollEvery);
        endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    const loop = async () => {
      for (let etag: string | null = null; ; ) {
        due = false;
        const loaded = await load(request, etag, signal);
        if (signal.aborted) return;
        etag = loaded.etag;
        events.alive(false);
        if (loaded.view) events.message(loaded.view);
        if (!due) await pause();
        if (signal.aborted) return;
      }
    };
    loop().catch((error: unknown) => {
      if (!signal.aborted) events.ended(endOf(error));
    });
    return {
      // After a command, and when somebody asks whether this is alive: at once.
      send(message) {
        if (message.type === "command") void carry(message).then(() => wake());
        else wake();
      },
      resync: () => {},
      close() {
        abort.abort();
        wake();
      },
    };
  };

  return {
    transports: [
      {
        name: "websocket",
        supported: (request) => request.WebSocket !== undefined,
        connect: socket,
      },
      { name: "polling", connect: poll },
    ],
    refresh: async (sync) => {
      const { view, etag } = await load(latest ?? fromHere(sync.session), refreshed);
      refreshed = etag;
      if (view) sync.offer(view as Parameters<typeof sync.offer>[0]);
      return view !== null;
    },
  };
}

function messageOf<View>(
  session: string,
  data: View,
  lock_version: number | null,
  seat: string | number | null,
  epoch: string,
): ViewMessage<View> {
  if (lock_version === null) throw new ApiError(0, "BAD_REPLY", "a view without a version");
  const viewer_seat = seat === null ? null : Number(seat);
  return { type: "snapshot", version: 1, session, epoch, lock_version, viewer_seat, data };
}

/** As a page asks its own origin, before any connection has said otherwise. */
function fromHere(session: string): Asking {
  return {
    session,
    url: "",
    // Must not lose its `this`.
    fetch: (input, init) => globalThis.fetch(input, init),
    token: () => Promise.resolve(null),
  };
}

/** One request, and the headers of its reply. */
async function ask<Body>(
  request: Asking,
  path: string,
  more: JsonRequest,
): Promise<Reply<Body> & { readonly headers: Headers }> {
  let headers = new Headers();
  const fetcher: typeof fetch = async (input, init) => {
    const response = await request.fetch(input, init);
    headers = response.headers;
    return response;
  };
  const token = await request.token("api");
  const reply = await requestJson<Body>(fetcher, request.url + path, { ...more, token });
  return { ...reply, headers };
}

/** The `lock_version` of a view; null when there is none. */
function versionIn(data: unknown): number | null {
  const { lock_version } = (data ?? {}) as { lock_version?: unknown };
  return typeof lock_version === "number" ? lock_version : null;
}

/** The version in an ETag such as `"game-4711-v12"` or `"….12"`; 0 when there is none. */
function versionOf({ headers }: { readonly headers: Headers }): number {
  const [, marked, last] = /-v(\d+)|(\d+)"$/.exec(headers.get("etag") ?? "") ?? [];
  return Number(marked ?? last ?? 0);
}

function errorOf(cause: unknown): ApiError {
  return cause instanceof ApiError ? cause : new ApiError(0, "NETWORK", String(cause));
}

function isView(message: ServerMessage): message is ViewMessage {
  return message.type === "snapshot" || message.type === "update";
}

/** A class whose sockets go to `address`, wherever they are asked to go. */
function at(
  address: string,
  WebSocket: NonNullable<ConnectRequest["WebSocket"]>,
): NonNullable<ConnectRequest["WebSocket"]> {
  return new Proxy(WebSocket, {
    construct: (target, [, protocols]) => new target(address, protocols as string[]),
  });
}
