/** The three transports against a socket and a `fetch` that the test holds in its hand. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../src/errors.js";
import { endOf } from "../../src/transports/ends.js";
import { polling } from "../../src/transports/polling.js";
import { eventParser, sse } from "../../src/transports/sse.js";
import type { ConnectRequest } from "../../src/transports/transport.js";
import { websocket } from "../../src/transports/websocket.js";
import { EPOCH, snapshot, update } from "./fake.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(0);

function request(more: Partial<ConnectRequest> = {}): ConnectRequest {
  return {
    url: "https://server/base",
    session: "7",
    since: null,
    patch: true,
    pollWait: 25_000,
    fetch: () => Promise.reject(new Error("no request expected")),
    token: () => Promise.resolve(null),
    ...more,
  };
}

function record() {
  const log: unknown[] = [];
  return {
    log,
    message: (message: unknown) => log.push(message),
    alive: (inSync: boolean) => log.push(inSync ? "in sync" : "alive"),
    ended: (end: unknown) => log.push({ end }),
  };
}

class FakeSocket {
  static all: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 0;
  readonly sent: unknown[] = [];
  closedWith: number | undefined;
  readonly url: string;
  readonly protocols: string[] | undefined;

  constructor(url: string, protocols?: string[]) {
    this.url = url;
    this.protocols = protocols;
    FakeSocket.all.push(this);
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(code?: number): void {
    this.closedWith = code;
  }

  opens(): void {
    this.readyState = 1;
    this.onopen?.();
  }
}

describe("websocket", () => {
  beforeEach(() => {
    FakeSocket.all = [];
  });

  it("opens the session's socket with the protocol alone when nobody is logged in", async () => {
    websocket.connect(request({ WebSocket: FakeSocket }), record());
    await settle();
    expect(FakeSocket.all[0]).toMatchObject({
      url: "wss://server/base/ws/sessions/7?patch=1",
      protocols: ["parlor.v1"],
    });
  });

  it("carries the token as a subprotocol, and the position in the query", async () => {
    const uses: string[] = [];
    websocket.connect(
      request({
        WebSocket: FakeSocket,
        url: "http://server",
        patch: false,
        since: { epoch: EPOCH, lock_version: 9, viewer_seat: null },
        token: (use) => {
          uses.push(use);
          return Promise.resolve("abc.def");
        },
      }),
      record(),
    );
    await settle();
    expect(uses).toEqual(["ws"]);
    expect(FakeSocket.all[0]).toMatchObject({
      url: "ws://server/ws/sessions/7?since=5f0c%3A9%3Aall",
      protocols: ["parlor.v1", "parlor.token.abc.def"],
    });
    FakeSocket.all[0]?.opens();
    expect(FakeSocket.all[0]?.sent).toEqual([{ type: "ping" }]);
  });

  it("hands on what it can read, and counts the rest as life", async () => {
    const events = record();
    websocket.connect(request({ WebSocket: FakeSocket }), events);
    await settle();
    const socket = FakeSocket.all[0];
    socket?.opens();
    for (const data of ['{"type":"pong"}', "{", "7", new Uint8Array(2)])
      socket?.onmessage?.({ data });
    socket?.onclose?.({ code: 1012, reason: "drain;retry=5" });
    expect(events.log).toEqual([
      "in sync",
      { type: "pong" },
      "alive",
      "alive",
      "alive",
      { end: { code: 1012, reason: "drain;retry=5" } },
    ]);
  });

  it("asks for a whole view with a subscribe without a position", async () => {
    const connection = websocket.connect(request({ WebSocket: FakeSocket }), record());
    await settle();
    FakeSocket.all[0]?.opens();
    connection.resync();
    expect(FakeSocket.all[0]?.sent).toEqual([
      { type: "subscribe", topic: "session:7", patch: true },
    ]);
  });

  it("is silent once closed, also when it was closed before it had a token", async () => {
    const events = record();
    const early = websocket.connect(request({ WebSocket: FakeSocket }), events);
    early.close();
    await settle();
    expect(FakeSocket.all).toEqual([]);
    const connection = websocket.connect(request({ WebSocket: FakeSocket }), events);
    await settle();
    connection.close();
    const socket = FakeSocket.all[0];
    expect(socket?.closedWith).toBe(1000);
    socket?.onmessage?.({ data: '{"type":"pong"}' });
    socket?.onclose?.({ code: 1000, reason: "" });
    expect(events.log).toEqual([]);
  });

  it("ends as refused when the token cannot be had, and as broken when nothing answers", async () => {
    const refused = record();
    const token = (error: unknown) => () => Promise.reject(error);
    websocket.connect(
      request({ WebSocket: FakeSocket, token: token(new ApiError(401, "UNAUTHORIZED", "no")) }),
      refused,
    );
    const broken = record();
    websocket.connect(
      request({ WebSocket: FakeSocket, token: token(new ApiError(0, "NETWORK", "no")) }),
      broken,
    );
    await settle();
    expect(refused.log).toEqual([{ end: { code: 4401, reason: "unauthorized" } }]);
    expect(broken.log).toEqual([{ end: { code: 1006, reason: "network" } }]);
  });

  it("ends when the socket cannot even be made", async () => {
    const events = record();
    class Broken extends FakeSocket {
      constructor(url: string) {
        super(url);
        throw new SyntaxError("bad address");
      }
    }
    websocket.connect(request({ WebSocket: Broken }), events);
    await settle();
    expect(events.log).toEqual([{ end: { code: 1006, reason: "network" } }]);
  });
});

describe("event stream parser", () => {
  const text =
    ': hello\r\nid: 7\ndata: {"a":\ndata: 1}\n\nevent: x\rdata:two\r\r\nretry: 1500\ndata\n\n: bye\n\n';

  function parse(pieces: string[]) {
    const out: string[] = [];
    const feed = eventParser((field, value) => out.push(`${field}=${value}`));
    for (const piece of pieces) feed(piece);
    return out;
  }

  it("reads every form of line and field", () => {
    expect(parse([text])).toEqual([
      "=hello",
      "id=7",
      'data={"a":\n1}',
      "event=x",
      "data=two",
      "retry=1500",
      "data=",
      "=bye",
    ]);
  });

  it("reads the same however it is cut", () => {
    const whole = parse([text]);
    expect(parse([...text])).toEqual(whole);
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(parse([text.slice(0, cut), text.slice(cut)]), `cut at ${cut}`).toEqual(whole);
    }
  });
});

describe("sse", () => {
  function stream() {
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (made) => {
        controller = made;
      },
    });
    const response = new Response(body, { headers: { "content-type": "text/event-stream" } });
    const bytes = new TextEncoder();
    return {
      response,
      write: (text: string) => controller.enqueue(bytes.encode(text)),
      end: () => controller.close(),
    };
  }

  it("follows the stream with the login and the position", async () => {
    const events = record();
    const one = stream();
    const fetcher = vi.fn(() => Promise.resolve(one.response));
    sse.connect(
      request({
        fetch: fetcher as never,
        since: { epoch: EPOCH, lock_version: 3, viewer_seat: 2 },
        token: () => Promise.resolve("t"),
      }),
      events,
    );
    await settle();
    expect(fetcher).toHaveBeenCalledWith(
      "https://server/base/api/sessions/7/stream?patch=1&since=5f0c%3A3%3Aseat2",
      expect.objectContaining({
        headers: { accept: "text/event-stream", authorization: "Bearer t" },
        cache: "no-store",
      }),
    );
    const message = JSON.stringify(update(4, { name: "Zoë" }));
    const half = message.indexOf("ë");
    one.write(`: ok\n\nid: 4\ndata: ${message.slice(0, half)}`);
    one.write(`${message.slice(half)}\n\n`);
    await settle();
    expect(events.log).toEqual(["alive", "in sync", "alive", update(4, { name: "Zoë" })]);
    one.write("retry: 900\n\n");
    one.end();
    await settle();
    expect(events.log.at(-1)).toEqual({ end: { code: 1006, reason: "stream-end;retry=900" } });
  });

  it("asks for a whole view by beginning anew", async () => {
    const events = record();
    const streams = [stream(), stream()];
    const fetcher = vi.fn((_url: string, _init: RequestInit) =>
      Promise.resolve(streams[fetcher.mock.calls.length - 1]?.response as Response),
    );
    const connection = sse.connect(
      request({
        fetch: fetcher as never,
        since: { epoch: EPOCH, lock_version: 3, viewer_seat: 2 },
      }),
      events,
    );
    await settle();
    connection.resync();
    await settle();
    expect(fetcher.mock.calls.map(([url]) => url)).toEqual([
      "https://server/base/api/sessions/7/stream?patch=1&since=5f0c%3A3%3Aseat2",
      "https://server/base/api/sessions/7/stream?patch=1",
    ]);
    expect(fetcher.mock.calls[0]?.[1].signal?.aborted).toBe(true);
    streams[1]?.write(`data: ${JSON.stringify(snapshot(5))}\n\n`);
    await settle();
    expect(events.log).toEqual(["alive", snapshot(5)]);
    connection.close();
    expect(fetcher.mock.calls[1]?.[1].signal?.aborted).toBe(true);
  });

  it.each([
    [new Response("<html>", { headers: { "content-type": "text/html" } }), 1006, "not-a-stream"],
    [Response.json({ code: "SESSION_NOT_FOUND" }, { status: 404 }), 4504, "session_not_found"],
    [new Response("not here", { status: 404 }), 1006, "http_404"],
  ])("ends with the code that the answer stands for (%#)", async (response, code, reason) => {
    const events = record();
    sse.connect(request({ fetch: (() => Promise.resolve(response)) as never }), events);
    await settle();
    expect(events.log).toEqual([{ end: { code, reason } }]);
  });
});

describe("polling", () => {
  function setUp(more: Partial<ConnectRequest> = {}) {
    const events = record();
    const calls: { url: string; signal: AbortSignal; answer: (r: Response) => Promise<unknown> }[] =
      [];
    const fetcher = (url: string, init: RequestInit) =>
      new Promise<Response>((resolve) => {
        calls.push({
          url,
          signal: init.signal as AbortSignal,
          answer: (response) => {
            resolve(response);
            return settle();
          },
        });
      });
    const connection = polling.connect(request({ fetch: fetcher as never, ...more }), events);
    const paths = () => calls.map((call) => call.url.replace("https://server/base", ""));
    return { events, calls, connection, paths };
  }

  it("asks at once, then holds one request after the other from where it stands", async () => {
    const { events, calls, paths } = setUp();
    await settle();
    expect(paths()).toEqual(["/api/sessions/7"]);
    await calls[0]?.answer(Response.json(snapshot(4)));
    expect(events.log).toEqual(["in sync", snapshot(4)]);
    await vi.advanceTimersByTimeAsync(250);
    expect(paths()[1]).toBe("/api/sessions/7?wait=25&since=5f0c:4:all");
    await vi.advanceTimersByTimeAsync(25_000);
    await calls[1]?.answer(new Response(null, { status: 304 }));
    expect(calls).toHaveLength(3);
    await calls[2]?.answer(Response.json(snapshot(5)));
    expect(events.log.slice(2)).toEqual(["in sync", "in sync", snapshot(5)]);
  });

  it("says itself that the session has ended, with its last view", async () => {
    const { calls, events } = setUp();
    await settle();
    const last = { ...snapshot(4), status: "ended" };
    await calls[0]?.answer(Response.json(last));
    expect(events.log).toEqual(["in sync", last, { ...last, type: "closed", reason: "ended" }]);
  });

  it("spares a server that does not hold its requests", async () => {
    const { calls, events } = setUp();
    await settle();
    await calls[0]?.answer(Response.json(snapshot(4)));
    await vi.advanceTimersByTimeAsync(250);
    await calls[1]?.answer(Response.json(snapshot(4)));
    await vi.advanceTimersByTimeAsync(999);
    expect(calls).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls).toHaveLength(3);
    expect(events.log.filter((entry) => typeof entry === "object")).toHaveLength(1);
  });

  it("begins from the position it is given, and asks for a whole view when told to", async () => {
    const { calls, connection, paths } = setUp({
      since: { epoch: EPOCH, lock_version: 2, viewer_seat: null },
    });
    await settle();
    // Not held: its answer, with news or without, says that the connection works.
    expect(paths()[0]).toBe("/api/sessions/7?wait=0&since=5f0c:2:all");
    connection.resync();
    await vi.advanceTimersByTimeAsync(1000);
    await calls[0]?.answer(new Response(null, { status: 304 }));
    expect(paths()[1]).toBe("/api/sessions/7");
  });

  it("ends with what the answer stands for, and not after it was closed", async () => {
    const failed = setUp();
    await settle();
    await failed.calls[0]?.answer(Response.json({ code: "FORBIDDEN" }, { status: 403 }));
    expect(failed.events.log).toEqual([{ end: { code: 4503, reason: "forbidden" } }]);
    const html = setUp();
    await settle();
    await html.calls[0]?.answer(Response.json({ hello: "portal" }));
    expect(html.events.log).toEqual([{ end: { code: 1006, reason: "bad_reply" } }]);
    const closed = setUp();
    await settle();
    closed.connection.close();
    expect(closed.calls[0]?.signal.aborted).toBe(true);
    await closed.calls[0]?.answer(Response.json(snapshot(4)));
    expect(closed.events.log).toEqual([]);
  });
});

describe("what an HTTP status means", () => {
  it.each([
    [400, "INVALID_SESSION_ID", 4500],
    [401, "UNAUTHORIZED", 4401],
    [401, "HTTP_401", 4401],
    [403, "FORBIDDEN", 4503],
    [403, "HTTP_403", 1006],
    [404, "SESSION_NOT_FOUND", 4504],
    [404, "HTTP_404", 1006],
    [405, "METHOD_NOT_ALLOWED", 1006],
    [429, "RATE_LIMITED", 4429],
    [500, "INTERNAL", 1006],
    [502, "HTTP_502", 1006],
    [503, "UNAVAILABLE", 1012],
    [0, "NETWORK", 1006],
  ])("%i %s is %i", (status, name, code) => {
    expect(endOf(new ApiError(status, name, "")).code).toBe(code);
  });

  it("keeps what the server asks to wait", () => {
    const error = new ApiError(503, "UNAVAILABLE", "", { retryAfter: 2000 });
    expect(endOf(error).reason).toBe("unavailable;retry=2000");
  });
});
