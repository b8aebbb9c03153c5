/** Back-off, close codes, older attempts, heartbeat, visibility and network. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Backoff } from "../../src/backoff.js";
import { EPOCH, type FakeTransport, setN, setUp, setUpLive, snapshot, update } from "./fake.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets the connection end and says how long the client waits before the next one. */
function waitAfter(transport: FakeTransport, code = 1006, reason = ""): number {
  const before = transport.connections.length;
  transport.last.ends(code, reason);
  for (let waited = 0; waited <= 400_000; waited += 10) {
    if (transport.connections.length > before) return waited;
    vi.advanceTimersByTime(10);
  }
  throw new Error("no new attempt");
}

describe("Backoff", () => {
  it("spreads each wait over the whole of a bound that doubles up to the maximum", () => {
    let random = 0;
    const backoff = new Backoff(500, 20_000, () => random);
    expect(backoff.next()).toBe(0);
    random = 0.5;
    expect([1, 2, 3, 4, 5, 6, 7].map(() => backoff.next())).toEqual([
      500, 1000, 2000, 4000, 8000, 10_000, 10_000,
    ]);
    backoff.reset();
    expect(backoff.next()).toBe(250);
  });

  it("waits as long as the server asks, but not for hours", () => {
    const backoff = new Backoff(500, 20_000, () => 0.5);
    expect(backoff.next(1500)).toBe(1500);
    expect(backoff.next(3_600_000)).toBe(300_000);
    expect(backoff.next()).toBe(1000);
  });
});

describe("coming back", () => {
  it("doubles the wait from 0.5 s to 20 s and resets it only once in sync again", () => {
    const { transport } = setUpLive();
    const waits = Array.from({ length: 8 }, () => waitAfter(transport));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
    // Open, and even spoken to, is not in sync.
    transport.last.says({ type: "ack", version: 1, message: "connected", user_id: null });
    expect(waitAfter(transport)).toBe(20_000);
    transport.last.says(snapshot(2));
    expect(waitAfter(transport)).toBe(500);
  });

  it.each([1000, 1001, 1006, 1011, 1012, 4000, 4401, 4408, 4429, 4450, 4480, 4499])(
    "comes back after %i",
    (code) => {
      const { transport, sync } = setUpLive();
      transport.last.ends(code, "word");
      expect(sync.getState().status).toMatchObject({
        state: "reconnecting",
        reason: "word",
        code,
        transport: "websocket",
      });
      expect(sync.getState().status.retryIn).toBeGreaterThan(0);
      vi.advanceTimersByTime(500);
      expect(transport.connections).toHaveLength(2);
      expect(sync.getState().status.retryIn).toBeNull();
      sync.close();
    },
  );

  it.each([
    [4500, "bad-message"],
    [4503, "forbidden"],
    [4504, "deleted"],
    [4509, "replaced"],
    [4999, ""],
  ])("stays away after %i, and says why", (code, reason) => {
    const { transport, sync } = setUpLive();
    transport.last.ends(code, reason);
    expect(sync.getState().status).toEqual({
      state: "closed",
      transport: null,
      reason: reason || null,
      code,
      retryIn: null,
    });
    vi.advanceTimersByTime(600_000);
    expect(transport.connections).toHaveLength(1);
    // The last view stays on show.
    expect(sync.getState().view).toEqual({ n: 1 });
  });

  it("waits as long as the reason says", () => {
    const { transport, sync } = setUpLive();
    transport.last.ends(1012, "drain;retry=3210");
    expect(sync.getState().status).toMatchObject({ reason: "drain", retryIn: 3210 });
    vi.advanceTimersByTime(3209);
    expect(transport.connections).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(transport.connections).toHaveLength(2);
  });

  it("takes the words of an error message when the close has none", () => {
    const { transport, sync } = setUpLive();
    transport.last.says({ type: "error", version: 1, code: "RATE_LIMITED", message: "slow down" });
    transport.last.ends(4429);
    expect(sync.getState().status).toMatchObject({ reason: "RATE_LIMITED", code: 4429 });
  });

  it("resumes from where it is, and says whose view it holds", () => {
    const { transport } = setUp({ initial: snapshot(5) });
    const position = { epoch: EPOCH, viewer_seat: null };
    // The page's own view may have been made for somebody else: the server sees to that.
    expect(transport.last.request.since).toEqual({ ...position, lock_version: 5 });
    transport.last.says({ ...snapshot(6), viewer_seat: 1 }, { ...setN(7), viewer_seat: 1 });
    waitAfter(transport);
    expect(transport.last.request.since).toEqual({ ...position, lock_version: 7, viewer_seat: 1 });
    transport.last.says(setN(8));
  });

  it("is in sync when a resume brings no message but a pong", () => {
    const { transport, sync } = setUpLive();
    waitAfter(transport);
    expect(sync.getState().status.state).toBe("reconnecting");
    transport.last.says({ type: "ack", version: 1, message: "connected", user_id: null });
    expect(sync.getState().status.state).toBe("reconnecting");
    transport.last.says({ type: "pong" });
    expect(sync.getState().status.state).toBe("live");
  });

  it("ignores everything of an older attempt", () => {
    const { transport, sync } = setUpLive();
    const old = transport.last;
    waitAfter(transport);
    old.says(update(9));
    old.says({
      type: "closed",
      version: 1,
      session: "7",
      epoch: EPOCH,
      lock_version: 9,
      reason: "x",
    });
    old.ends(4504, "deleted");
    expect(sync.getState()).toMatchObject({ version: 1, view: { n: 1 } });
    expect(sync.getState().status.state).toBe("reconnecting");
    transport.last.says(snapshot(2));
    expect(sync.getState().status.state).toBe("live");
    old.ends(1006);
    expect(sync.getState().status.state).toBe("live");
    expect(transport.connections).toHaveLength(2);
  });

  it("gives up an attempt that brings no view in time", () => {
    const { transport, sync } = setUp({ connectTimeout: 3000 });
    expect(sync.getState().status.state).toBe("connecting");
    vi.advanceTimersByTime(3000);
    expect(transport.connections[0]?.closed).toBe(true);
    expect(sync.getState().status).toMatchObject({ state: "connecting", reason: "timeout" });
    vi.advanceTimersByTime(500);
    expect(transport.connections).toHaveLength(2);
  });

  it("gives up a connection that does not send the whole view it was asked for", () => {
    const { transport } = setUpLive();
    transport.last.says(setN(9));
    expect(transport.last.resyncs).toBe(1);
    vi.advanceTimersByTime(9999);
    expect(transport.last.closed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(transport.last.closed).toBe(true);
  });

  it("goes on from where it was on restart", () => {
    const { transport, sync } = setUpLive();
    sync.restart();
    expect(transport.connections).toHaveLength(2);
    expect(transport.connections[0]?.closed).toBe(true);
    expect(transport.last.request.since).toMatchObject({ epoch: EPOCH, lock_version: 1 });
    expect(sync.getState().view).toEqual({ n: 1 });
  });

  it("can be closed, and started again", () => {
    const { transport, sync, page } = setUpLive();
    sync.close();
    expect(sync.getState().status).toMatchObject({ state: "closed", reason: "stopped" });
    expect(transport.last.closed).toBe(true);
    expect(page.listeners).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    sync.start();
    sync.start();
    expect(transport.connections).toHaveLength(2);
    expect(sync.getState().status.state).toBe("connecting");
    sync.close();
  });
});

describe("heartbeat", () => {
  it("probes a silent socket, and any message is an answer", () => {
    const { transport, sync } = setUpLive();
    vi.advanceTimersByTime(24_999);
    expect(transport.last.sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(transport.last.sent).toEqual([{ type: "ping" }]);
    vi.advanceTimersByTime(9000);
    transport.last.says({ type: "pong" });
    vi.advanceTimersByTime(24_999);
    expect(transport.last.sent).toHaveLength(1);
    expect(sync.getState().status.state).toBe("live");
  });

  it("ends a socket that does not answer", () => {
    const { transport, sync } = setUpLive();
    vi.advanceTimersByTime(35_000);
    expect(transport.last.closed).toBe(true);
    expect(sync.getState().status).toMatchObject({ state: "reconnecting", reason: "silent" });
  });
});

describe("visibility", () => {
  it("pauses after a while of being hidden and resumes at once", () => {
    const { transport, sync, page } = setUpLive();
    page.set({ hidden: true });
    vi.advanceTimersByTime(9999);
    expect(sync.getState().status.state).toBe("live");
    vi.advanceTimersByTime(1);
    expect(sync.getState().status).toMatchObject({ state: "paused", reason: "hidden" });
    expect(transport.last.closed).toBe(true);
    vi.advanceTimersByTime(3_600_000);
    expect(transport.connections).toHaveLength(1);
    page.set({ hidden: false });
    expect(transport.connections).toHaveLength(2);
    expect(transport.last.request.since).toMatchObject({ epoch: EPOCH, lock_version: 1 });
    transport.last.says(setN(2));
    expect(sync.getState().status.state).toBe("live");
  });

  it("does not pause for a short look away, but checks the socket", () => {
    const { transport, sync, page } = setUpLive();
    page.set({ hidden: true });
    vi.advanceTimersByTime(5000);
    page.set({ hidden: false });
    expect(transport.last.sent).toEqual([{ type: "ping" }]);
    transport.last.says({ type: "pong" });
    vi.advanceTimersByTime(20_000);
    expect(sync.getState().status.state).toBe("live");
    expect(transport.connections).toHaveLength(1);
  });

  it("finds out within seconds that the socket died while the machine slept", () => {
    const { transport, sync, page } = setUpLive({ pauseAfter: Number.POSITIVE_INFINITY });
    page.set({ hidden: true });
    vi.advanceTimersByTime(20_000);
    page.set({ hidden: false });
    vi.advanceTimersByTime(4000);
    expect(sync.getState().status).toMatchObject({ state: "reconnecting", reason: "silent" });
    expect(transport.last.closed).toBe(true);
  });

  it("skips the wait between two attempts when it becomes visible", () => {
    const { transport, page } = setUpLive();
    for (let n = 0; n < 6; n += 1) waitAfter(transport);
    const before = transport.connections.length;
    transport.last.ends(1006);
    page.set({ hidden: true });
    page.set({ hidden: false });
    expect(transport.connections).toHaveLength(before + 1);
    // The bound has not been reset by that.
    expect(waitAfter(transport)).toBe(20_000);
  });

  it("pauses between two attempts too", () => {
    const { transport, sync, page } = setUpLive();
    page.set({ hidden: true });
    transport.last.ends(1012, "drain;retry=60000");
    vi.advanceTimersByTime(120_000);
    expect(sync.getState().status.state).toBe("paused");
    expect(transport.connections).toHaveLength(1);
  });

  it("does not pause while a command has no answer", async () => {
    const { transport, sync, page } = setUpLive();
    const answer = sync.send({ do: "x" }, { id: "c1" });
    page.set({ hidden: true });
    vi.advanceTimersByTime(10_000);
    expect(sync.getState().status.state).toBe("live");
    transport.last.says({ type: "result", ref: "c1", session: "7", lock_version: 1, data: null });
    await answer;
    vi.advanceTimersByTime(10_000);
    expect(sync.getState().status.state).toBe("paused");
  });
});

describe("network", () => {
  it("says offline when the connection is gone and the browser says so, and tries at once when back", () => {
    const { transport, sync, page } = setUpLive();
    page.set({ online: false });
    // A server on this machine is still reachable: the socket counts, not the browser's word.
    expect(sync.getState().status.state).toBe("live");
    expect(transport.last.sent).toEqual([{ type: "ping" }]);
    vi.advanceTimersByTime(4000);
    expect(sync.getState().status.state).toBe("offline");
    for (let n = 0; n < 5; n += 1) waitAfter(transport);
    transport.last.ends(1006);
    const before = transport.connections.length;
    page.set({ online: true });
    expect(transport.connections).toHaveLength(before + 1);
    expect(sync.getState().status.state).toBe("reconnecting");
    transport.last.says(snapshot(3));
    expect(sync.getState().status.state).toBe("live");
  });

  it("says offline as soon as the browser does, between two attempts", () => {
    const { transport, sync, page } = setUpLive();
    transport.last.ends(1006);
    page.set({ online: false });
    expect(sync.getState().status).toMatchObject({ state: "offline", code: 1006 });
  });
});
