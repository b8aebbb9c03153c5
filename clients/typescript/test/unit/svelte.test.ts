// @vitest-environment jsdom
import { derived, get } from "svelte/store";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { gameSync } from "../../src/svelte.js";
import { type Board, FakeTransport, setN, snapshot } from "./fake.js";

let session = 900;
let transport: FakeTransport;

beforeEach(() => {
  vi.useFakeTimers();
  session += 1;
  transport = new FakeTransport();
});
afterEach(() => {
  vi.useRealTimers();
});

const mine = (message: object) => ({ ...message, session: String(session) });
const store = () =>
  gameSync<Board>({ session: String(session), url: "http://server", transports: [transport] });

describe("gameSync", () => {
  it("is a store as Svelte's own functions understand it", async () => {
    const board = store();
    const n = derived(board, (state) => state.view?.n ?? null);
    const seen: (number | null)[] = [];
    const stop = n.subscribe((value) => seen.push(value));
    expect(seen).toEqual([null]);
    transport.last.says(mine(snapshot(1)));
    await Promise.resolve();
    transport.last.says(mine(setN(2)));
    await Promise.resolve();
    expect(seen).toEqual([null, 1, 2]);
    expect(get(board).status.state).toBe("live");
    stop();
    vi.advanceTimersByTime(250);
    expect(transport.last.closed).toBe(true);
  });

  it("shares one connection among its subscribers and among stores of a session", () => {
    const stops = [store(), store()].flatMap((each) => [
      each.subscribe(() => {}),
      each.subscribe(() => {}),
    ]);
    expect(transport.connections).toHaveLength(1);
    for (const stop of stops) stop();
    vi.advanceTimersByTime(250);
    expect(transport.last.closed).toBe(true);
    expect(transport.connections).toHaveLength(1);
  });

  it("sends", async () => {
    const board = store();
    const stop = board.subscribe(() => {});
    transport.last.says(mine(snapshot(1)));
    const answer = board.send({}, { id: "a" });
    transport.last.says(mine({ type: "result", ref: "a", lock_version: 2 }));
    await expect(answer).resolves.toEqual({ lockVersion: 2, data: null });
    expect(board.sync.session).toBe(String(session));
    stop();
  });
});
