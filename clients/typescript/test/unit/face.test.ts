/** A game with endpoints of its own: a socket, a `fetch` and a clock that the test holds. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { face, faceView } from "../../src/face.js";
import { type ApiError, GameSync, type GameSyncOptions, type SyncState } from "../../src/index.js";
import { FakeSocket } from "./fake.js";

interface Table {
  readonly lock_version: number;
  readonly trick: string;
}
type Command = { readonly do: "play"; readonly card: string };

const data = (lock_version: number): Table => ({ lock_version, trick: `t${lock_version}` });
const ack = { type: "ack", message: "connected", user_id: "u" };
const push = (version: number, more: object = {}) => ({
  type: "snapshot",
  session: 7,
  epoch: "e1",
  viewer_seat: 2,
  data: data(version),
  ...more,
});

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Answers each request as the test says, and remembers it. */
class FakeServer {
  readonly asked: Asked[] = [];
  answer: (asked: Asked) => Response | Promise<Response> = () => view(1);

  readonly fetch: typeof fetch = async (input, init) => {
    const asked = {
      method: init?.method ?? "GET",
      path: String(input).replace("https://app", ""),
      headers: { ...(init?.headers as Record<string, string>) },
      body: init?.body ? JSON.parse(String(init.body)) : null,
    };
    this.asked.push(asked);
    return this.answer(asked);
  };
}

const view = (version: number, etag = `"game-7-v${version}"`) =>
  new Response(JSON.stringify(data(version)), { headers: { etag, "x-viewer-seat": "2" } });

const problem = (status: number, code: string, extensions: object = {}) =>
  new Response(JSON.stringify({ code, detail: `because ${code}`, status, extensions }), { status });

let server: FakeServer;
const open: GameSync<Table, Command>[] = [];

function setUp(options: Partial<GameSyncOptions<Table>> = {}, socket = "/ws/games/7") {
  const made = face<Command>({
    socket,
    snapshot: "/api/games/7/snapshot",
    command: ({ card }) => ({ path: "/api/games/7/play", body: { card } }),
  });
  const sync = new GameSync<Table, Command>({
    session: "7",
    url: "https://app",
    transports: made.transports,
    WebSocket: FakeSocket,
    fetch: server.fetch,
    random: () => 0,
    ...options,
  });
  open.push(sync);
  const seen: (number | null)[] = [];
  sync.subscribe(({ version }) => {
    if (seen.at(-1) !== version) seen.push(version);
  });
  sync.start();
  return { sync, seen, refresh: () => made.refresh(sync), polling: made.transports[1] };
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const socket = () => FakeSocket.all.at(-1) as FakeSocket;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  server = new FakeServer();
});
afterEach(() => {
  for (const sync of open.splice(0)) sync.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function setUpLive(options: Partial<GameSyncOptions<Table>> = {}) {
  const made = setUp(options);
  await settle();
  socket().says(ack);
  socket().says(push(3));
  await settle();
  return made;
}

describe("the socket", () => {
  it("is the face's, with a token of the page's own making", async () => {
    setUp({ getToken: () => "once" });
    await settle();
    expect(socket()).toMatchObject({
      url: "wss://app/ws/games/7",
      protocols: ["parlor.v1", "parlor.token.once"],
    });
    expect(server.asked).toEqual([]);
  });

  it("may be elsewhere than the rest", async () => {
    setUp({}, "wss://games.example/ws/games/7");
    await settle();
    expect(socket().url).toBe("wss://games.example/ws/games/7");
  });

  it("is live with the first snapshot, not with the ack, and follows those after it", async () => {
    const { sync } = setUp({ initial: faceView("7", data(2), "2") });
    expect(sync.getState()).toMatchObject({ view: data(2), version: 2, viewerSeat: 2 });
    await settle();
    socket().says(ack);
    expect(sync.getState().status.state).toBe("connecting");
    socket().says(push(3));
    expect(sync.getState()).toMatchObject({
      view: data(3),
      version: 3,
      viewerSeat: 2,
      status: { state: "live", transport: "websocket" },
    });
    socket().says(push(4, { type: "update" }));
    expect(sync.getState().version).toBe(4);
  });

  it("never steps back: not by a late push, a late reply or an older view after a reconnect", async () => {
    const { sync, seen, refresh } = await setUpLive({ initial: faceView("7", data(2), 2) });
    let reply: (response: Response) => void = () => {};
    server.answer = () =>
      new Promise((resolve) => {
        reply = resolve;
      });
    const asked = refresh();
    await settle();
    socket().says(push(6));
    socket().says(push(5));
    reply(view(4));
    await expect(asked).resolves.toBe(true);
    socket().onclose?.({ code: 1006, reason: "" });
    await vi.advanceTimersByTimeAsync(0);
    expect(FakeSocket.all).toHaveLength(2);
    socket().says(push(5));
    await settle();
    expect(sync.getState()).toMatchObject({ version: 6, status: { state: "live" } });
    socket().says(push(7));
    await settle();
    expect(seen).toEqual([2, 3, 6, 7]);
  });

  it("begins anew when the store was set back", async () => {
    const { sync, refresh } = await setUpLive();
    socket().says(push(1, { epoch: "e2" }));
    expect(sync.getState().version).toBe(1);
    server.answer = () => view(2);
    await refresh();
    expect(sync.getState().version).toBe(2);
  });

  it("is probed when it is silent, and left when it does not answer", async () => {
    await setUpLive();
    await vi.advanceTimersByTimeAsync(25_000);
    expect(socket().sent).toEqual([{ type: "ping" }]);
    socket().says({ type: "pong" });
    await vi.advanceTimersByTimeAsync(25_000);
    expect(socket().sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(10_001);
    expect(FakeSocket.all).toHaveLength(2);
    expect(FakeSocket.all[0]?.closed).toBe(true);
  });

  it("is for good over when the game is deleted", async () => {
    const { sync } = await setUpLive();
    socket().says({ type: "closed", session: 7, reason: "deleted" });
    expect(sync.getState().status).toMatchObject({ state: "closed", reason: "deleted" });
  });
});

describe("polling", () => {
  const setUpPolls = async () => {
    server.answer = ({ headers }) =>
      headers["if-none-match"] === '"game-7-v3"' ? new Response(null, { status: 304 }) : view(3);
    const made = setUp({ WebSocket: undefined });
    await settle();
    return made;
  };

  it("asks with the ETag that it was given, and is live by 304 too", async () => {
    const { sync } = await setUpPolls();
    expect(sync.getState()).toMatchObject({
      version: 3,
      viewerSeat: 2,
      status: { state: "live", transport: "polling" },
    });
    await vi.advanceTimersByTimeAsync(2000);
    server.answer = () => view(4);
    await vi.advanceTimersByTimeAsync(2000);
    expect(server.asked.map(({ path, headers }) => [path, headers["if-none-match"]])).toEqual([
      ["/api/games/7/snapshot", undefined],
      ["/api/games/7/snapshot", '"game-7-v3"'],
      ["/api/games/7/snapshot", '"game-7-v3"'],
    ]);
    expect(sync.getState().version).toBe(4);
  });

  it("takes over when the socket cannot connect, and gives way to it when it can", async () => {
    const { sync } = setUp();
    for (const _ of [1, 2]) {
      await settle();
      socket().onclose?.({ code: 1006, reason: "" });
    }
    await settle();
    expect(sync.getState().status).toMatchObject({ state: "live", transport: "polling" });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(FakeSocket.all).toHaveLength(3);
    socket().says(push(9));
    await settle();
    expect(sync.getState()).toMatchObject({ version: 9, status: { transport: "websocket" } });
    const before = server.asked.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.asked).toHaveLength(before);
  });

  it("asks at once after a command", async () => {
    const { sync } = await setUpPolls();
    server.answer = ({ method }) =>
      method === "POST"
        ? new Response(null, { status: 204, headers: { etag: '"game-7-v4"' } })
        : view(4);
    const answer = sync.send({ do: "play", card: "TD" });
    await settle();
    await expect(answer).resolves.toEqual({ lockVersion: 4, data: null });
    expect(sync.getState().version).toBe(4);
  });

  it("asks once more when the answer to a command comes during a poll", async () => {
    const { sync } = await setUpPolls();
    let reply: (response: Response) => void = () => {};
    server.answer = () => new Promise((resolve) => (reply = resolve));
    await vi.advanceTimersByTimeAsync(2000);
    const late = reply;
    server.answer = ({ method }) =>
      method === "POST"
        ? new Response(null, { status: 204, headers: { etag: '"game-7-v4"' } })
        : view(4);
    await sync.send({ do: "play", card: "TD" });
    late(view(3));
    await settle();
    expect(sync.getState().version).toBe(4);
  });

  it("ends for good when the game is not there, and comes back from anything else", async () => {
    server.answer = () => problem(503, "UNAVAILABLE");
    const { sync } = setUp({ WebSocket: undefined });
    await settle();
    expect(sync.getState().status.state).toBe("connecting");
    server.answer = () => problem(404, "GAME_NOT_FOUND");
    await vi.advanceTimersByTimeAsync(500);
    expect(sync.getState().status).toMatchObject({ state: "closed", code: 4504 });
  });
});

describe("refresh", () => {
  it("shows a newer view, and says when there is none", async () => {
    const { sync, refresh } = await setUpLive();
    server.answer = ({ headers }) =>
      headers["if-none-match"] ? new Response(null, { status: 304 }) : view(5);
    await expect(refresh()).resolves.toBe(true);
    expect(sync.getState()).toMatchObject({ version: 5, status: { transport: "websocket" } });
    await expect(refresh()).resolves.toBe(false);
    expect(server.asked.map(({ headers }) => headers["if-none-match"])).toEqual([
      undefined,
      '"game-7-v5"',
    ]);
  });

  it("asks the page's own origin when no connection has said where to ask", async () => {
    const { sync } = await setUpLive();
    server.answer = () => view(5);
    vi.stubGlobal("fetch", function (this: unknown, ...request: Parameters<typeof fetch>) {
      if (this !== globalThis && this !== undefined) throw new TypeError("Illegal invocation");
      return server.fetch(...request);
    });
    const other = face({ socket: "/x", snapshot: "/own", command: () => ({ path: "/x" }) });
    await expect(other.refresh(sync)).resolves.toBe(true);
    expect(server.asked.map(({ path }) => path)).toEqual(["/own"]);
    expect(sync.getState().version).toBe(5);
  });

  it("says why it could not", async () => {
    const { refresh } = await setUpLive();
    server.answer = () => problem(403, "FORBIDDEN");
    await expect(refresh()).rejects.toMatchObject({ code: "FORBIDDEN", status: 403 });
  });
});

describe("commands", () => {
  const outcome = (promise: Promise<unknown>) => promise.catch((error: ApiError) => error);
  const state = ({ version, pending }: SyncState<Table>) => ({ version, pending });

  it("go as requests with the version and a key, one after the other", async () => {
    const { sync } = await setUpLive();
    const replies: ((response: Response) => void)[] = [];
    server.answer = () => new Promise((resolve) => replies.push(resolve));
    const first = sync.send({ do: "play", card: "TD" }, { lockVersion: 3, id: "k1" });
    const second = sync.send({ do: "play", card: "AS" }, { id: "k2" });
    await settle();
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]).toMatchObject({
      method: "POST",
      path: "/api/games/7/play",
      headers: { "idempotency-key": "k1" },
      body: { card: "TD", lock_version: 3 },
    });
    replies[0]?.(new Response(null, { status: 204, headers: { etag: '"game-7-v4-seat2"' } }));
    await expect(first).resolves.toEqual({ lockVersion: 4, data: null });
    await settle();
    expect(server.asked[1]).toMatchObject({ body: { card: "AS" } });
    replies[1]?.(new Response(JSON.stringify(data(5))));
    await expect(second).resolves.toEqual({ lockVersion: 5, data: data(5) });
    expect(socket().sent).toEqual([]);
  });

  it("are refused with the reason; a stale one brings the newest view along", async () => {
    const { sync } = await setUpLive();
    server.answer = () => problem(422, "MUST_FOLLOW_SUIT");
    await expect(outcome(sync.send({ do: "play", card: "TD" }))).resolves.toMatchObject({
      code: "MUST_FOLLOW_SUIT",
      status: 422,
      message: "because MUST_FOLLOW_SUIT",
    });
    server.answer = () =>
      problem(409, "OPTIMISTIC_LOCK", { expected: 3, actual: 8, snapshot: data(8) });
    const stale = outcome(sync.send({ do: "play", card: "TD" }, { lockVersion: 3 }));
    await expect(stale).resolves.toMatchObject({ conflict: true, extensions: { actual: 8 } });
    expect(state(sync.getState())).toEqual({ version: 8, pending: 0 });
    server.answer = () => problem(409, "PHASE_MISMATCH", { snapshot: "none" });
    await expect(outcome(sync.send({ do: "play", card: "TD" }))).resolves.toMatchObject({
      code: "PHASE_MISMATCH",
    });
  });

  it("are repeated with the same key when the reply was lost", async () => {
    const { sync } = await setUpLive();
    server.answer = () => {
      server.answer = () => new Response(null, { status: 204, headers: { etag: '"game-7-v4"' } });
      throw new TypeError("lost");
    };
    const answer = sync.send({ do: "play", card: "TD" });
    await vi.advanceTimersByTimeAsync(500);
    await expect(answer).resolves.toMatchObject({ lockVersion: 4 });
    const keys = server.asked.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });
});
