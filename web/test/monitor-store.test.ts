/** The monitor's store against a socket by hand: snapshot and stream are one, whatever the pace. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ALL } from "../src/monitor/filter";
import { MonitorStore } from "../src/monitor/monitor-store";
import { House } from "./casino-plays";
import { Socket } from "./hand-socket";

const snapshot = (recent_events: readonly object[], more: object = {}) => ({
  type: "monitor_snapshot",
  connected_user_ids: [1, "guest-2"],
  connections: 3,
  recent_events,
  ...more,
});
const leg = { count: 3, p50_ms: 0.1, p99_ms: 0.5 };
const stats = (refused: object) => ({
  type: "stats",
  ts: "2026-01-01T00:01:00.000Z",
  legs: { decode: leg, rules: leg, commit: leg, fanout: leg },
  refused,
});

async function setUp() {
  Socket.all = [];
  const fetcher = async () => Response.json({ token: "once" });
  const store = new MonitorStore(
    "http://server",
    { accessToken: () => "admin" },
    { WebSocket: Socket as never, random: () => 0.5, fetch: fetcher as typeof fetch },
  );
  store.start();
  const settle = (time = 300) => vi.advanceTimersByTimeAsync(time);
  await settle();
  const socket = () => Socket.all.at(-1) as Socket;
  return { store, settle, socket, house: new House() };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("what the snapshot has is not counted again, live or after a loss", async () => {
  const { store, settle, socket, house } = await setUp();
  const [one, two, three] = [house.spin(), house.rps(), house.spin()];
  socket().says(snapshot([one, two]), two, three);
  await settle();
  expect(store.getState().total).toBe(3);
  expect(store.getState().tallies.get("slot")?.plays).toBe(2);
  socket().onclose?.({ code: 1006, reason: "" });
  await settle();
  expect(socket().url).toBe("ws://server/api/games/ws/monitor?since=e3");
  const four = house.spin();
  socket().says(snapshot([three, four], { gap: false }));
  await settle();
  expect(store.getState()).toMatchObject({ total: 4, gapAt: null });
});

test("a crash round is one play, and two rows", async () => {
  const { store, settle, socket, house } = await setUp();
  house.crash();
  socket().says(snapshot([house.spin(), ...house.events.slice(0, 2)]));
  await settle();
  expect(store.getState()).toMatchObject({ total: 2, passed: 3 });
  expect(store.getState().tallies.get("crash")?.plays).toBe(1);
});

test("a gap is said until it was read", async () => {
  const { store, settle, socket } = await setUp();
  socket().says(snapshot([], { gap: true }));
  await settle();
  expect(store.getState().gapAt).not.toBeNull();
  store.forgetGap();
  expect(store.getState().gapAt).toBeNull();
});

test("who comes and goes, what was refused, how long it takes", async () => {
  const { store, settle, socket } = await setUp();
  socket().says(
    snapshot([]),
    { type: "presence", joined: [7], left: ["guest-2"], connected: 2, connections: 5 },
    stats({ INVALID_BET: 2 }),
    stats({ INVALID_BET: 1, ROUND_OVER: 1 }),
    { type: "news" },
  );
  await settle();
  const state = store.getState();
  expect([...state.connected]).toEqual(["1", "7"]);
  expect(state.connections).toBe(5);
  expect([...state.refused]).toEqual([
    ["INVALID_BET", 3],
    ["ROUND_OVER", 1],
  ]);
  expect(state.legs).toHaveLength(2);
  expect(state.legs.at(-1)?.commit.p99_ms).toBe(0.5);
});

test("paused it counts on, and shows all when it goes on; filters hold meanwhile", async () => {
  const { store, settle, socket, house } = await setUp();
  socket().says(snapshot([house.spin()]));
  await settle();
  store.pause(true);
  socket().says(house.rps(), house.spin());
  await settle();
  expect(store.getState()).toMatchObject({ total: 3, waiting: 2, paused: true });
  expect(store.getState().rows).toHaveLength(1);
  store.setFilter({ ...ALL, game: "rps" });
  expect(store.getState().rows).toHaveLength(0);
  store.pause(false);
  expect(store.getState().rows.map(({ id }) => id)).toEqual(["e2"]);
  store.setFilter(ALL);
  expect(store.getState()).toMatchObject({ waiting: 0, passed: 3 });
});

test("a burst is shown as one picture, with all of it", async () => {
  const { store, settle, socket, house } = await setUp();
  socket().says(snapshot([]));
  await settle();
  let shown = 0;
  store.subscribe(() => {
    shown += 1;
  });
  for (let play = 0; play < 500; play += 1) socket().says(house.tell("slot", 1, { win_amount: 0 }));
  await settle();
  expect(shown).toBe(1);
  expect(store.getState().rows).toHaveLength(500);
});

test("who is no admin is told so", async () => {
  const { store, settle, socket } = await setUp();
  socket().onclose?.({ code: 4503, reason: "forbidden" });
  await settle();
  expect(store.getState().status).toMatchObject({ state: "closed", code: 4503 });
});
