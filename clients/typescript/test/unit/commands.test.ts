/** Commands: optimistic views, roll-back, repeats after a drop, and the way over HTTP. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, GameSync } from "../../src/index.js";
import {
  type Board,
  FakePage,
  FakeTransport,
  outcomeOf,
  refusal,
  result,
  SESSION,
  setN,
  setUp,
  setUpLive,
  snapshot,
  update,
} from "./fake.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const add = (amount: number) => ({
  optimistic: (view: Board): Board => ({ ...view, n: view.n + amount }),
});
const tag = (name: string) => ({
  optimistic: (view: Board): Board => ({ ...view, tags: [...(view.tags ?? []), name] }),
});

describe("over the socket", () => {
  it("sends the command with a random id and resolves with the answer", async () => {
    const { transport, sync } = setUpLive();
    const answer = sync.send({ do: "add", amount: 1 });
    const [command] = transport.last.commands;
    expect(command).toEqual({
      type: "command",
      session: SESSION,
      command: { do: "add", amount: 1 },
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      ref: expect.any(String),
    });
    expect(sync.getState().pending).toBe(1);
    transport.last.says(result(command?.ref, 2, { id: "p1" }));
    await expect(answer).resolves.toEqual({ lockVersion: 2, data: { id: "p1" } });
    expect(sync.getState().pending).toBe(0);
  });

  it("waits for the connection, and keeps the order", () => {
    const { transport, sync } = setUp({ initial: snapshot(1) });
    for (const id of ["a", "b", "c"]) void sync.send({ id }, { id });
    expect(transport.last.commands).toEqual([]);
    transport.last.says(snapshot(1));
    expect(transport.last.commands.map((command) => command.id)).toEqual(["a", "b", "c"]);
  });

  it("passes on the version that the caller names", () => {
    const { transport, sync } = setUpLive();
    void sync.send({}, { lockVersion: 1 });
    expect(transport.last.commands[0]).toMatchObject({ lock_version: 1 });
  });

  it("repeats what has no answer after a drop, with the same id, and not what has one", async () => {
    const { transport, sync } = setUpLive();
    const first = sync.send({ do: "a" }, { id: "a" });
    const second = sync.send({ do: "b" }, { id: "b" });
    transport.last.says(result("a", 2));
    transport.last.ends(1006);
    vi.advanceTimersByTime(500);
    expect(transport.last.commands).toEqual([]);
    transport.last.says(setN(2));
    expect(transport.last.commands.map(({ id }) => id)).toEqual(["b"]);
    // The server had it already, and answers what it answered the first time.
    transport.last.says(result("b", 2));
    await expect(first).resolves.toMatchObject({ lockVersion: 2 });
    await expect(second).resolves.toMatchObject({ lockVersion: 2 });
  });

  it("joins a command that is under way already", async () => {
    const { transport, sync } = setUpLive();
    const answers = [sync.send({}, { id: "same" }), sync.send({}, { id: "same" })];
    expect(transport.last.commands).toHaveLength(1);
    transport.last.says(result("same", 2));
    await expect(Promise.all(answers)).resolves.toHaveLength(2);
  });

  it("rejects after the time-out and undoes what was shown", async () => {
    const { sync } = setUpLive({ commandTimeout: 5000 });
    const outcome = outcomeOf(sync.send({}, add(1)));
    expect(sync.getState().view).toEqual({ n: 2 });
    await vi.advanceTimersByTimeAsync(5000);
    expect(outcome.error).toMatchObject({ code: "TIMEOUT", status: 0 });
    expect(sync.getState()).toMatchObject({ view: { n: 1 }, pending: 0 });
  });

  it("holds a limited number of commands", async () => {
    const { sync } = setUpLive({ maxPending: 2 });
    void sync.send({});
    void sync.send({});
    await expect(sync.send({})).rejects.toMatchObject({ code: "TOO_MANY_PENDING" });
  });

  it("rejects what has no answer when it closes, and everything afterwards", async () => {
    const { sync } = setUpLive();
    const outcome = outcomeOf(sync.send({}, add(1)));
    sync.close();
    await Promise.resolve();
    expect(outcome.error).toMatchObject({ code: "CLOSED" });
    expect(sync.getState().view).toEqual({ n: 1 });
    await expect(sync.send({})).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("sends again later when the server is too busy", async () => {
    const { transport, sync } = setUpLive();
    const answer = sync.send({}, { id: "a" });
    transport.last.says(refusal("a", "UNAVAILABLE"));
    expect(sync.getState().pending).toBe(1);
    vi.advanceTimersByTime(500);
    expect(transport.last.commands.map(({ id }) => id)).toEqual(["a", "a"]);
    transport.last.says(result("a", 2));
    await answer;
  });
});

describe("optimistic", () => {
  it("shows at once, in the same turn, and confirms without a flicker", () => {
    const { transport, sync } = setUpLive();
    const shown: (number | undefined)[] = [];
    sync.subscribe((state) => shown.push(state.view?.n));
    void sync.send({}, { ...add(1), id: "a" });
    expect(shown).toEqual([2]);
    expect(sync.getState()).toMatchObject({ view: { n: 2 }, confirmed: { n: 1 }, version: 1 });
    transport.last.says(result("a", 2));
    // Accepted, and the view that holds it has not come: still shown.
    expect(sync.getState().view).toEqual({ n: 2 });
    transport.last.says(setN(2));
    expect(sync.getState()).toMatchObject({ view: { n: 2 }, confirmed: { n: 2 }, version: 2 });
    expect(shown.every((n) => n === 2)).toBe(true);
  });

  it("does not show its own commit twice when the view comes before the answer", async () => {
    const { transport, sync } = setUpLive();
    void sync.send({}, { ...add(1), id: "a" });
    transport.last.says(setN(2));
    expect(sync.getState().view).toEqual({ n: 2 });
    vi.advanceTimersByTime(60);
    transport.last.says(result("a", 2));
    expect(sync.getState()).toMatchObject({ view: { n: 2 }, version: 2, pending: 0 });
  });

  it("does not hold up the others for long", () => {
    const { transport, sync } = setUpLive();
    void sync.send({}, { ...tag("mine"), id: "a" });
    transport.last.says(setN(2, 20));
    expect(sync.getState().view).toEqual({ n: 1, tags: ["mine"] });
    vi.advanceTimersByTime(100);
    // Re-applied over the newer view.
    expect(sync.getState()).toMatchObject({
      view: { n: 20, tags: ["mine"] },
      confirmed: { n: 20 },
    });
    transport.last.says(setN(3, 30));
    vi.advanceTimersByTime(100);
    expect(sync.getState().view).toEqual({ n: 30, tags: ["mine"] });
    transport.last.says(result("a", 4));
    transport.last.says(update(4, { n: 30, tags: ["mine"] }));
    expect(sync.getState()).toMatchObject({ view: { n: 30, tags: ["mine"] }, version: 4 });
  });

  it.each([
    ["OPTIMISTIC_LOCK", 409],
    ["NO_SUCH_PLAYER", 422],
    ["FORBIDDEN", 403],
  ])("rolls back on %s", async (code, status) => {
    const { transport, sync } = setUpLive();
    const outcome = outcomeOf(sync.send({}, { ...add(5), id: "a" }));
    expect(sync.getState().view).toEqual({ n: 6 });
    transport.last.says(refusal("a", code));
    await Promise.resolve();
    expect(sync.getState()).toMatchObject({ view: { n: 1 }, pending: 0 });
    expect(outcome.error).toBeInstanceOf(ApiError);
    expect(outcome.error).toMatchObject({ code, status, message: `refused: ${code}` });
  });

  it("rolls back to the newest view when a stale command brings it", async () => {
    const { transport, sync } = setUpLive();
    const outcome = outcomeOf(sync.send({}, { ...add(5), id: "a", lockVersion: 1 }));
    transport.last.says(
      refusal("a", "OPTIMISTIC_LOCK", { expected: 1, actual: 4, snapshot: snapshot(4, { n: 40 }) }),
    );
    await Promise.resolve();
    expect(sync.getState()).toMatchObject({ view: { n: 40 }, version: 4 });
    expect(outcome.error).toMatchObject({
      conflict: true,
      extensions: { expected: 1, actual: 4, snapshot: { lock_version: 4 } },
    });
    // What the stream still brings of older versions changes nothing.
    transport.last.says(setN(2), setN(3));
    expect(sync.getState().version).toBe(4);
    transport.last.says(setN(5));
    expect(sync.getState().view).toEqual({ n: 5 });
  });

  it("does not take the view of another seat or epoch that came beside the stream", () => {
    const { sync } = setUpLive();
    sync.offer(snapshot(9, { n: 9 }, { viewer_seat: 3 }));
    sync.offer(snapshot(9, { n: 9 }, { epoch: "other" }));
    sync.offer(snapshot(9, { n: 9 }, { session: "8" }));
    sync.offer(snapshot(1, { n: 9 }));
    expect(sync.getState()).toMatchObject({ version: 1, view: { n: 1 } });
    sync.offer(snapshot(2));
    expect(sync.getState()).toMatchObject({ version: 2, view: { n: 2 } });
  });

  it("undoes the refused one alone", () => {
    const { transport, sync } = setUpLive();
    sync.send({}, { ...add(10), id: "a" }).catch(() => {});
    void sync.send({}, { ...add(100), id: "b" });
    expect(sync.getState().view).toEqual({ n: 111 });
    transport.last.says(refusal("a", "RULE"));
    expect(sync.getState().view).toEqual({ n: 101 });
  });

  it("survives an optimistic function that does not fit the newer view", () => {
    const { transport, sync } = setUpLive();
    void sync.send(
      {},
      {
        id: "a",
        optimistic: (view) => {
          if (view.n > 1) throw new Error("gone");
          return { n: -1 };
        },
      },
    );
    expect(sync.getState().view).toEqual({ n: -1 });
    transport.last.says(setN(2));
    vi.advanceTimersByTime(100);
    expect(sync.getState().view).toEqual({ n: 2 });
  });

  it("keeps its effect through a drop, and drops it with the answer to the repeat", () => {
    const { transport, sync } = setUpLive();
    void sync.send({}, { ...add(1), id: "a" });
    transport.last.ends(1006);
    expect(sync.getState().view).toEqual({ n: 2 });
    vi.advanceTimersByTime(500);
    // It had been committed before the drop: the resume holds it.
    transport.last.says(setN(2));
    transport.last.says(result("a", 2));
    expect(sync.getState().view).toEqual({ n: 2 });
  });

  it("forgets what was accepted in another epoch", () => {
    const { transport, sync } = setUpLive();
    void sync.send({}, { ...add(1), id: "a" });
    transport.last.says(result("a", 2));
    transport.last.says(snapshot(1, { n: 7 }, { epoch: "restored" }));
    expect(sync.getState().view).toEqual({ n: 7 });
  });
});

describe("over HTTP", () => {
  interface Call {
    readonly url: string;
    readonly init: RequestInit;
    answer(status: number, body: unknown, headers?: Record<string, string>): Promise<void>;
    fail(): Promise<void>;
  }

  function setUpSse() {
    const calls: Call[] = [];
    const transport = new FakeTransport("sse");
    const fetcher = ((url: string, init: RequestInit) =>
      new Promise<Response>((resolve, reject) => {
        const settle = () => vi.advanceTimersByTimeAsync(0).then(() => {});
        calls.push({
          url,
          init,
          answer(status, body, headers = {}) {
            resolve(new Response(JSON.stringify(body), { status, headers }));
            return settle();
          },
          fail() {
            reject(new TypeError("fetch failed"));
            return settle();
          },
        });
      })) as typeof fetch;
    const tokens: boolean[] = [];
    const page = new FakePage();
    const sync = new GameSync<Board>({
      session: SESSION,
      url: "http://server/",
      transports: [transport],
      page,
      random: () => 0.999_999,
      fetch: fetcher,
      auth: {
        accessToken(fresh) {
          tokens.push(fresh);
          return fresh ? "fresh" : "first";
        },
      },
    });
    sync.start();
    transport.last.says(snapshot(1));
    const call = async (index: number) => {
      await vi.advanceTimersByTimeAsync(0);
      const made = calls[index];
      if (!made) throw new Error(`no request ${index}`);
      return made;
    };
    return { transport, sync, calls, call, page, tokens };
  }

  it("posts one after the other, with the idempotency key and the token", async () => {
    const { sync, calls, call } = setUpSse();
    const answers = [
      sync.send({ do: "a" }, { id: "a", lockVersion: 1 }),
      sync.send({ do: "b" }, { id: "b" }),
    ];
    const first = await call(0);
    expect(calls).toHaveLength(1);
    expect(first.url).toBe("http://server/api/sessions/7/commands");
    expect(first.init).toMatchObject({
      method: "POST",
      headers: {
        "idempotency-key": "a",
        authorization: "Bearer first",
        "content-type": "application/json",
      },
    });
    expect(JSON.parse(String(first.init.body))).toEqual({ command: { do: "a" }, lock_version: 1 });
    await first.answer(200, { session: SESSION, lock_version: 2, data: "ok" });
    const second = await call(1);
    expect(JSON.parse(String(second.init.body))).toEqual({ command: { do: "b" } });
    await second.answer(200, { session: SESSION, lock_version: 3, data: null });
    expect(await Promise.all(answers)).toEqual([
      { lockVersion: 2, data: "ok" },
      { lockVersion: 3, data: null },
    ]);
  });

  it("rolls back on 409 with the view of the problem, and on 422", async () => {
    const { sync, call } = setUpSse();
    const stale = outcomeOf(sync.send({}, { ...add(1), lockVersion: 1 }));
    await (await call(0)).answer(409, {
      type: "about:blank",
      title: "Conflict",
      status: 409,
      detail: "The session has moved on.",
      code: "OPTIMISTIC_LOCK",
      trace_id: "t-1",
      extensions: { expected: 1, actual: 5, snapshot: snapshot(5) },
    });
    expect(stale.error).toMatchObject({
      code: "OPTIMISTIC_LOCK",
      status: 409,
      message: "The session has moved on.",
      traceId: "t-1",
      extensions: { expected: 1, actual: 5 },
    });
    expect(sync.getState()).toMatchObject({ view: { n: 5 }, version: 5, pending: 0 });
    const refused = outcomeOf(sync.send({}, add(1)));
    expect(sync.getState().view).toEqual({ n: 6 });
    await (await call(1)).answer(422, { title: "Refused", code: "NOT_YOUR_TURN", status: 422 });
    expect(refused.error).toMatchObject({ code: "NOT_YOUR_TURN", status: 422, message: "Refused" });
    expect(sync.getState().view).toEqual({ n: 5 });
  });

  it("repeats with the same id when no answer came, and when the server asks to wait", async () => {
    const { sync, call } = setUpSse();
    const answer = outcomeOf(sync.send({}, { id: "a" }));
    await (await call(0)).fail();
    await vi.advanceTimersByTimeAsync(500);
    await (await call(1)).answer(503, { code: "UNAVAILABLE" }, { "retry-after": "2" });
    await vi.advanceTimersByTimeAsync(1999);
    await expect(call(2)).rejects.toThrow("no request 2");
    await vi.advanceTimersByTimeAsync(1);
    const third = await call(2);
    expect(third.init.headers).toMatchObject({ "idempotency-key": "a" });
    await third.answer(200, { lock_version: 2, data: null });
    expect(answer.value).toEqual({ lockVersion: 2, data: null });
  });

  it("asks for a fresh token once after a 401", async () => {
    const { sync, call, tokens } = setUpSse();
    const answer = outcomeOf(sync.send({}));
    await (await call(0)).answer(401, { code: "UNAUTHORIZED" });
    const again = await call(1);
    expect(again.init.headers).toMatchObject({ authorization: "Bearer fresh" });
    await again.answer(401, { code: "UNAUTHORIZED", detail: "no" });
    expect(answer.error).toMatchObject({ code: "UNAUTHORIZED", status: 401 });
    expect(tokens).toEqual([false, true]);
  });

  it("still sends while the page is hidden and the stream rests", async () => {
    const { sync, call, page } = setUpSse();
    page.set({ hidden: true });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sync.getState().status.state).toBe("paused");
    const answer = outcomeOf(sync.send({}));
    await (await call(0)).answer(200, { lock_version: 2, data: null });
    expect(answer.value).toEqual({ lockVersion: 2, data: null });
  });

  it("tells a failure of ours from one of the server", async () => {
    const { sync, call } = setUpSse();
    const outcome = outcomeOf(sync.send({}));
    await (await call(0)).answer(500, { code: "INTERNAL", trace_id: "t-2", detail: "a fault" });
    expect(outcome.error).toMatchObject({ code: "INTERNAL", status: 500, traceId: "t-2" });
  });
});

describe("login over the socket", () => {
  it("renews the login in place and repeats the command once when it was refused", async () => {
    let token = 0;
    const { transport, sync } = setUpLive({ getToken: () => `ws-${++token}` });
    const answer = outcomeOf(sync.send({}, { id: "a" }));
    transport.last.says(refusal("a", "UNAUTHORIZED"));
    await vi.advanceTimersByTimeAsync(0);
    expect(transport.last.sent.map((message) => message.type)).toEqual([
      "command",
      "token",
      "command",
    ]);
    expect(transport.last.sent[1]).toEqual({ type: "token", token: "ws-1" });
    transport.last.says(refusal("a", "UNAUTHORIZED"));
    await vi.advanceTimersByTimeAsync(0);
    expect(answer.error).toMatchObject({ code: "UNAUTHORIZED", status: 401 });
  });
});

describe("listeners", () => {
  it("hear once of everything that came in one turn", async () => {
    const { transport, sync } = setUpLive();
    await Promise.resolve();
    const seen: (number | null)[] = [];
    const stop = sync.subscribe((state) => seen.push(state.version));
    transport.last.says(setN(2), setN(3), setN(4), setN(5));
    expect(seen).toEqual([]);
    await Promise.resolve();
    expect(seen).toEqual([5]);
    stop();
    transport.last.says(setN(6));
    await Promise.resolve();
    expect(seen).toEqual([5]);
  });

  it("get the same object until something changed", () => {
    const { transport, sync } = setUpLive();
    const before = sync.getState();
    transport.last.says(setN(1), { type: "pong" }, { type: "confetti" });
    expect(sync.getState()).toBe(before);
    transport.last.says(setN(2));
    expect(sync.getState()).not.toBe(before);
    expect(sync.getState().status).toBe(before.status);
  });

  it("do not harm each other", () => {
    const { transport, sync } = setUpLive();
    const heard: string[] = [];
    sync.on("event", () => {
      throw new Error("a bug of the page");
    });
    sync.on("event", (event) => heard.push(event.id));
    transport.last.says({ type: "game_event", session: SESSION, epoch: "5f0c", id: "2.0" });
    expect(heard).toEqual(["2.0"]);
    expect(() => vi.runOnlyPendingTimers()).toThrow("a bug of the page");
  });

  it("hear the end, with its reason", () => {
    const { transport, sync } = setUpLive();
    const heard: string[] = [];
    sync.on("closed", (message) => heard.push(message.reason));
    sync.on("status", (status) => heard.push(status.state));
    transport.last.says({
      type: "closed",
      version: 1,
      session: SESSION,
      epoch: "5f0c",
      lock_version: 2,
      reason: "deleted",
    });
    transport.last.ends(4504, "deleted");
    expect(heard).toEqual(["deleted", "closed"]);
    expect(sync.getState().status).toMatchObject({ state: "closed", reason: "deleted" });
    expect(transport.last.closed).toBe(true);
  });
});
