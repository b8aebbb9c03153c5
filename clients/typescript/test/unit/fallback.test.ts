/** Down to the next transport when one cannot connect, and up again later. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GameSync, type Transport } from "../../src/index.js";
import { type Board, FakePage, FakeTransport, SESSION, setN, snapshot, update } from "./fake.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUpThree(options: { connectTimeout?: number } = {}) {
  const ws = new FakeTransport("websocket");
  const sse = new FakeTransport("sse");
  const poll = new FakeTransport("polling");
  const page = new FakePage();
  const sync = new GameSync<Board>({
    session: SESSION,
    url: "http://server",
    transports: [ws, sse, poll],
    page,
    random: () => 0.5,
    fetch: () => Promise.reject(new Error("no requests in this test")),
    ...options,
  });
  sync.start();
  const count = () => [ws, sse, poll].map((transport) => transport.connections.length);
  const total = () => count().reduce((sum, n) => sum + n, 0);
  /** Lets a connection fail, and waits for the next attempt. */
  const fail = (transport: FakeTransport, code = 1006) => {
    const before = total();
    transport.last.ends(code);
    for (let waited = 0; total() === before && waited < 20_000; waited += 10) {
      vi.advanceTimersByTime(10);
    }
  };
  return { ws, sse, poll, page, sync, count, fail };
}

describe("down", () => {
  it("goes websocket → sse → polling after two failures each, and then begins again", () => {
    const { ws, sse, poll, count, fail } = setUpThree();
    fail(ws);
    expect(count()).toEqual([2, 0, 0]);
    fail(ws);
    expect(count()).toEqual([2, 1, 0]);
    fail(sse);
    fail(sse);
    expect(count()).toEqual([2, 2, 1]);
    fail(poll);
    fail(poll);
    // Nothing connects: the server is down, not the transports.
    expect(count()).toEqual([3, 2, 2]);
  });

  it("goes on with the one that works, and its commands go another way", () => {
    const { ws, sse, sync, fail } = setUpThree();
    fail(ws);
    fail(ws);
    expect(sync.getState().status).toMatchObject({ state: "connecting", transport: "sse" });
    sse.last.says(snapshot(3));
    expect(sync.getState().status).toMatchObject({ state: "live", transport: "sse" });
    expect(sync.getState().view).toEqual({ n: 3 });
  });

  it("takes one time-out for two failures", () => {
    const { count } = setUpThree({ connectTimeout: 1000 });
    vi.advanceTimersByTime(1000);
    vi.advanceTimersByTime(250);
    expect(count()).toEqual([1, 1, 0]);
  });

  it("does not count the end of a connection that worked", () => {
    const { ws, count, fail } = setUpThree();
    for (let n = 1; n <= 4; n += 1) {
      ws.last.says(snapshot(n));
      fail(ws);
    }
    expect(count()).toEqual([5, 0, 0]);
    fail(ws);
    expect(count()).toEqual([6, 0, 0]);
  });

  it.each([1012, 1001, 4401, 4429])("does not count a refusal of the server's own: %i", (code) => {
    const { ws, count, fail } = setUpThree();
    for (let n = 0; n < 4; n += 1) fail(ws, code);
    expect(count()).toEqual([5, 0, 0]);
  });

  it("does not count while there is no network", () => {
    const { ws, page, count, fail } = setUpThree();
    page.set({ online: false });
    for (let n = 0; n < 4; n += 1) fail(ws);
    expect(count()).toEqual([5, 0, 0]);
  });

  it("passes over what this environment lacks", () => {
    const sse = new FakeTransport("sse");
    const missing: Transport = {
      ...new FakeTransport("websocket"),
      supported: () => false,
    } as never;
    const sync = new GameSync({
      session: SESSION,
      url: "http://server",
      transports: [missing, sse],
    });
    sync.start();
    expect(sse.connections).toHaveLength(1);
    sync.close();
    const none = new GameSync({ session: SESSION, url: "http://server", transports: [missing] });
    none.start();
    expect(none.getState().status).toMatchObject({ state: "closed", reason: "no-transport" });
  });
});

describe("up", () => {
  function onSse() {
    const made = setUpThree();
    made.fail(made.ws);
    made.fail(made.ws);
    made.sse.last.says(snapshot(3));
    return made;
  }

  it("tries the better one beside the one in use, and changes over with its first view", () => {
    const { ws, sse, sync, count } = onSse();
    vi.advanceTimersByTime(14_999);
    expect(count()).toEqual([2, 1, 0]);
    vi.advanceTimersByTime(1);
    expect(count()).toEqual([3, 1, 0]);
    expect(sync.getState().status).toMatchObject({ state: "live", transport: "sse" });
    // The old one still counts, and what the new one says beside views does not.
    sse.last.says(setN(4));
    ws.last.says({ type: "ack", version: 1, message: "connected", user_id: null });
    expect(sync.getState()).toMatchObject({ version: 4, status: { transport: "sse" } });
    ws.last.says(snapshot(4));
    expect(sync.getState().status).toMatchObject({ state: "live", transport: "websocket" });
    expect(sse.last.closed).toBe(true);
    sse.last.says(update(9));
    expect(sync.getState().version).toBe(4);
    ws.last.says(setN(5));
    expect(sync.getState().version).toBe(5);
  });

  it("stays live when the better one fails, and waits twice as long each time", () => {
    const { ws, sse, sync, count } = onSse();
    // The server's signs of life.
    const pass = (ms: number) => {
      for (let passed = 0; passed < ms; passed += 1000) {
        sse.last.says(snapshot(3));
        vi.advanceTimersByTime(1000);
      }
    };
    pass(15_000);
    expect(count()).toEqual([3, 1, 0]);
    ws.last.ends(1006);
    expect(sync.getState().status.state).toBe("live");
    pass(29_000);
    expect(count()).toEqual([3, 1, 0]);
    pass(1000);
    expect(count()).toEqual([4, 1, 0]);
    // A better one that hangs is given up after the time-out.
    pass(10_000);
    expect(ws.last.closed).toBe(true);
    pass(59_000);
    expect(count()).toEqual([4, 1, 0]);
    pass(1000);
    expect(count()).toEqual([5, 1, 0]);
    for (let n = 0; n < 6; n += 1) {
      ws.last.ends(1006);
      pass(300_000);
    }
    expect(count()).toEqual([11, 1, 0]);
  });

  it("tries all better ones in turn", () => {
    const { ws, sse, poll, fail, count } = setUpThree();
    for (const transport of [ws, ws, sse, sse]) fail(transport);
    poll.last.says(snapshot(1));
    const pass = (ms: number) => {
      for (let passed = 0; passed < ms; passed += 1000) {
        poll.last.says(snapshot(1));
        vi.advanceTimersByTime(1000);
      }
    };
    pass(15_000);
    expect(count()).toEqual([3, 2, 1]);
    ws.last.ends(1006);
    pass(30_000);
    expect(count()).toEqual([3, 3, 1]);
    sse.last.says(snapshot(1));
    expect(poll.last.closed).toBe(true);
  });

  it("lets go of the better one when the one in use ends", () => {
    const { ws, sse, sync } = onSse();
    vi.advanceTimersByTime(15_000);
    const tried = ws.last;
    sse.last.ends(1006);
    expect(tried.closed).toBe(true);
    tried.says(snapshot(9));
    expect(sync.getState().version).toBe(3);
  });
});
