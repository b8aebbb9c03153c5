/** Where others wait for the user: told over a socket, asked for without one. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Turns } from "../../src/turns.js";
import { FakePage, FakeSocket } from "./fake.js";

const ACK = { type: "ack", topic: "user" };
const PONG = { type: "pong" };
const turn = (session: string, your_turn = true) => ({
  type: "your_turn",
  session,
  game_type: "nommie",
  title: `Game ${session}`,
  lock_version: 3,
  your_turn,
});

let waiting: number[] = [];

function setUp() {
  FakeSocket.all = [];
  const asked: string[] = [];
  const fetcher = (async (url: string) => {
    asked.push(url.replace("http://server", ""));
    return new Response(JSON.stringify({ token: "once", games: waiting }));
  }) as typeof fetch;
  let tell: (change: "renewed" | "identity") => void = () => {};
  const page = new FakePage();
  const turns = new Turns({
    url: "http://server",
    auth: {
      accessToken: () => "access",
      onChange: (listener) => {
        tell = listener;
        return () => {};
      },
    },
    fetch: fetcher,
    WebSocket: FakeSocket as never,
    random: () => 0.5,
    page,
  });
  turns.start();
  const ids = () => turns.getState().map((one) => one.session);
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const socket = () => {
    const last = FakeSocket.all.at(-1);
    if (!last) throw new Error("no socket was asked for");
    return last;
  };
  return { turns, asked, page, ids, settle, socket, become: () => tell("identity") };
}

beforeEach(() => {
  vi.useFakeTimers();
  waiting = [];
});
afterEach(() => {
  vi.useRealTimers();
});

it("shows what waits once all was told, then each change", async () => {
  const { turns, ids, settle, socket } = setUp();
  await settle();
  expect(socket().url).toBe("ws://server/ws");
  expect(socket().protocols).toEqual(["parlor.v1", "parlor.token.once"]);
  socket().onopen?.();
  expect(socket().sent.map(({ type }) => type)).toEqual(["subscribe", "ping"]);
  const heard: number[] = [];
  turns.subscribe(() => heard.push(turns.getState().length));
  socket().says(ACK, turn("7"), turn("8"), PONG);
  expect(ids()).toEqual(["7", "8"]);
  socket().says(turn("7", false), turn("9"));
  expect(ids()).toEqual(["8", "9"]);
  expect(heard).toEqual([2, 1, 2]);
  turns.close();
  expect(ids()).toEqual([]);
  expect(socket().closed).toBe(true);
});

it("after a drop keeps what it knew until all was told anew", async () => {
  const { ids, settle, socket } = setUp();
  await settle();
  socket().says(ACK, turn("7"), turn("8"), PONG);
  socket().onclose?.({ code: 1012, reason: "drain;retry=100" });
  expect(ids()).toEqual(["7", "8"]);
  await vi.advanceTimersByTimeAsync(100);
  expect(FakeSocket.all).toHaveLength(2);
  socket().says(ACK, turn("8"));
  expect(ids()).toEqual(["7", "8"]);
  socket().says(PONG);
  expect(ids()).toEqual(["8"]);
});

it("asks where no socket comes through, and tries again", async () => {
  const { ids, asked, settle, socket } = setUp();
  waiting = [11];
  await settle();
  socket().onclose?.({ code: 1006, reason: "" });
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).not.toContain("/api/games/waiting-longest");
  socket().onclose?.({ code: 1006, reason: "" });
  await settle();
  expect(ids()).toEqual(["11"]);
  // Each attempt that fails asks again, and the list is as before until a socket has told all.
  waiting = [12, 13];
  await vi.advanceTimersByTimeAsync(500);
  expect(FakeSocket.all).toHaveLength(3);
  socket().onclose?.({ code: 1006, reason: "" });
  await settle();
  expect(ids()).toEqual(["12", "13"]);
  await vi.advanceTimersByTimeAsync(1000);
  socket().says(ACK, turn("13"));
  expect(ids()).toEqual(["12", "13"]);
  socket().says(PONG);
  expect(ids()).toEqual(["13"]);
});

it("is somebody else's after a login; a hidden page waits until somebody looks", async () => {
  const { ids, page, settle, socket, become } = setUp();
  await settle();
  socket().says(ACK, turn("7"), PONG);
  become();
  expect(ids()).toEqual([]);
  await settle();
  expect(FakeSocket.all).toHaveLength(2);
  page.set({ hidden: true });
  socket().onclose?.({ code: 1006, reason: "" });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(FakeSocket.all).toHaveLength(2);
  page.set({ hidden: false });
  await settle();
  expect(FakeSocket.all).toHaveLength(3);
});

it("a final refusal is believed", async () => {
  const { settle, socket } = setUp();
  await settle();
  socket().onclose?.({ code: 4503, reason: "forbidden" });
  await vi.advanceTimersByTimeAsync(100_000);
  expect(FakeSocket.all).toHaveLength(1);
});

it("a silent socket is asked for a sign of life; without one another is opened", async () => {
  const { page, settle, socket } = setUp();
  const pings = () => socket().sent.filter(({ type }) => type === "ping").length;
  await settle();
  socket().onopen?.();
  socket().says(ACK, turn("7"), PONG);
  await vi.advanceTimersByTimeAsync(24_999);
  expect(pings()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(pings()).toBe(2);
  socket().says(PONG);
  await vi.advanceTimersByTimeAsync(25_000);
  expect(pings()).toBe(3);
  await vi.advanceTimersByTimeAsync(9_999);
  expect(FakeSocket.all).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(FakeSocket.all.map((one) => one.closed)).toEqual([true]);
  await vi.advanceTimersByTimeAsync(250);
  expect(FakeSocket.all.map((one) => one.closed)).toEqual([true, false]);

  // Somebody has just opened the lid: sooner.
  socket().onopen?.();
  socket().says(ACK, turn("7"), PONG);
  page.set({ hidden: true });
  page.set({ hidden: false });
  expect(pings()).toBe(2);
  await vi.advanceTimersByTimeAsync(3_250);
  expect(FakeSocket.all).toHaveLength(3);
});
