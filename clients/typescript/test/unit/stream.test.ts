/** A stream of events: told in order, gone on with after a loss, given up when the server says so. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EventStream } from "../../src/stream.js";
import { FakePage, FakeSocket } from "./fake.js";

interface Told {
  readonly type: string;
  readonly id?: string;
}

function setUp(token: string | null = "access") {
  FakeSocket.all = [];
  const heard: string[] = [];
  const fresh: boolean[] = [];
  let last: string | null = null;
  const page = new FakePage();
  const stream = new EventStream<Told>({
    url: "http://server",
    path: "/api/games/ws",
    auth: {
      accessToken: (asked) => {
        fresh.push(asked);
        return token;
      },
    },
    fetch: (async () => new Response(JSON.stringify({ token: "once" }))) as typeof fetch,
    WebSocket: FakeSocket as never,
    random: () => 0.5,
    page,
    since: () => last,
    onMessage: ({ type, id }) => {
      heard.push(id ?? type);
      if (id) last = id;
    },
  });
  stream.start();
  const settle = (time = 0) => vi.advanceTimersByTimeAsync(time);
  const socket = () => {
    const newest = FakeSocket.all.at(-1);
    if (!newest) throw new Error("no socket was asked for");
    return newest;
  };
  const state = () => stream.getState().state;
  return { stream, heard, fresh, page, settle, socket, state };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("tells every message, and is live with the first", async () => {
  const { heard, settle, socket, state } = setUp();
  expect(state()).toBe("connecting");
  await settle();
  expect(socket().url).toBe("ws://server/api/games/ws");
  expect(socket().protocols).toEqual(["parlor.v1", "parlor.token.once"]);
  expect(state()).toBe("connecting");
  socket().says({ type: "ws_ack" }, { type: "game_event", id: "a1" }, { type: "pong" });
  expect(state()).toBe("live");
  expect(heard).toEqual(["ws_ack", "a1"]);
});

it("goes on after the last event, and heeds no dead socket", async () => {
  const { heard, settle, socket, state } = setUp();
  await settle();
  const first = socket();
  first.says({ type: "ws_ack" }, { type: "game_event", id: "a/1" });
  first.onclose?.({ code: 1006, reason: "" });
  expect(state()).toBe("reconnecting");
  await settle(250);
  expect(socket().url).toBe("ws://server/api/games/ws?since=a%2F1");
  first.says({ type: "game_event", id: "late" });
  socket().says({ type: "ws_ack" });
  expect(state()).toBe("live");
  expect(heard).toEqual(["ws_ack", "a/1", "ws_ack"]);
});

it("waits as long as the server asks, and renews a token that was refused", async () => {
  const { fresh, settle, socket } = setUp();
  await settle();
  socket().onclose?.({ code: 4401, reason: "expired;retry=4000" });
  await settle(3_999);
  expect(FakeSocket.all).toHaveLength(1);
  await settle(1);
  expect(FakeSocket.all).toHaveLength(2);
  expect(fresh).toEqual([false, true]);
});

it("does not come back when told not to, but when asked", async () => {
  const { stream, settle, socket, state } = setUp();
  await settle();
  socket().onclose?.({ code: 4503, reason: "forbidden" });
  expect(stream.getState()).toMatchObject({ state: "closed", code: 4503, reason: "forbidden" });
  await settle(600_000);
  expect(FakeSocket.all).toHaveLength(1);
  stream.retry();
  await settle();
  socket().says({ type: "monitor_snapshot" });
  expect(state()).toBe("live");
});

it("asks a silent socket for a sign of life, and leaves one that gives none", async () => {
  const { settle, socket, state } = setUp();
  await settle();
  socket().says({ type: "ws_ack" });
  await settle(25_000);
  expect(socket().sent).toEqual([{ type: "ping" }]);
  socket().says({ type: "pong" });
  await settle(25_000);
  const silent = socket();
  await settle(10_000);
  expect(silent.closed).toBe(true);
  expect(state()).toBe("reconnecting");
});

it("without a login there is no socket", async () => {
  const { stream, settle } = setUp(null);
  await settle();
  expect(FakeSocket.all).toHaveLength(0);
  expect(stream.getState()).toMatchObject({ state: "closed", code: 4501 });
});

it("offline it waits for the network; closed it stays closed", async () => {
  const { stream, page, settle, socket, state } = setUp();
  await settle();
  page.set({ online: false });
  expect(state()).toBe("offline");
  socket().onclose?.({ code: 1006, reason: "" });
  page.set({ online: true });
  await settle();
  socket().says({ type: "ws_ack" });
  expect(state()).toBe("live");
  stream.close();
  page.set({ hidden: true });
  page.set({ hidden: false });
  await settle(600_000);
  expect(FakeSocket.all).toHaveLength(2);
  expect(page.listeners).toBe(0);
});
