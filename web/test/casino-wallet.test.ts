/** The wallet's store against a small fake of the server: a socket and answers by hand. */
import { Api, ApiError } from "parlor-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { amountIn, multiplierIn, refusalOf, waitOf } from "../src/casino/reasons";
import { isSwapped, keptSeeds } from "../src/casino/revealed";
import { PAGE, WalletStore } from "../src/casino/wallet-store";
import { House } from "./casino-plays";
import { Socket } from "./hand-socket";

const NOW = 1_767_225_600_000;
const ACK = { type: "ws_ack", user_id: 1 };

function setUp() {
  Socket.all = [];
  const house = new House();
  const asked: string[] = [];
  const keys: string[] = [];
  const answers = new Map<string, () => Response>();
  let balance = 1000;
  const fetcher = async (input: RequestInfo | URL, init?: RequestInit) => {
    const path = String(input);
    const way = `${init?.method ?? "GET"} ${path.replace(/\?.*/, "")}`;
    asked.push(`${init?.method ?? "GET"} ${path}`);
    const key = (init?.headers as Record<string, string>)?.["idempotency-key"];
    if (key) keys.push(key);
    const given = answers.get(way);
    if (given) return given();
    if (path.includes("/auth/guest")) {
      const user = { id: 1, name: "Ann", roles: [] };
      return Response.json({ access_token: "a", refresh_token: "r", expires_in: 900, user });
    }
    if (path.includes("/ws/token")) return Response.json({ token: "once" });
    if (path.includes("/history")) return Response.json({ events: house.events, more: false });
    if (path.includes("/users/me")) {
      const fairness = house.fairness();
      return Response.json({ balance, streak: 0, pity: 0, fairness, crash: null, now: NOW + 5000 });
    }
    return Response.json({ balance });
  };
  const api = new Api({ fetch: fetcher });
  vi.stubGlobal("fetch", fetcher);
  const store = new WalletStore(api, "1", { WebSocket: Socket as never, random: () => 0.5 });
  const settle = (time = 0) => vi.advanceTimersByTimeAsync(time);
  const start = async () => {
    await api.guest();
    store.start();
    await settle();
    Socket.all.at(-1)?.says(ACK);
    await settle();
  };
  const become = (tokens: number) => {
    balance = tokens;
  };
  return { store, house, asked, keys, answers, settle, start, become };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("it fetches once it hears, and knows how far the server's clock is ahead", async () => {
  const { store, asked, start } = setUp();
  await start();
  expect(asked).toContain(`GET /api/games/history?limit=${PAGE}`);
  expect(store.getState()).toMatchObject({ problem: null, busy: false, skew: 5000 });
  expect(store.getState().ledger).toMatchObject({ balance: 1000, loaded: true });
});

test("after a loss it goes on where it was; after a gap it fetches again", async () => {
  const { store, house, asked, settle, start } = setUp();
  await start();
  const fetches = () => asked.filter((one) => one.includes("/history")).length;
  Socket.all.at(-1)?.says(house.spin());
  Socket.all.at(-1)?.onclose?.({ code: 1006, reason: "" });
  await settle(300);
  expect(Socket.all.at(-1)?.url).toMatch(/\/api\/games\/ws\?since=e1$/);
  Socket.all.at(-1)?.says({ ...ACK, gap: false }, house.spin());
  await settle();
  expect(fetches()).toBe(1);
  expect(store.getState().ledger.events).toHaveLength(2);
  house.spin();
  Socket.all.at(-1)?.onclose?.({ code: 1006, reason: "" });
  await settle(300);
  Socket.all.at(-1)?.says({ ...ACK, gap: true });
  await settle();
  expect(fetches()).toBe(2);
  expect(store.getState().ledger.events).toHaveLength(3);
});

test("who has not heard anything yet cannot go on: everything is fetched again", async () => {
  const { store, house, become, settle, start } = setUp();
  await start();
  Socket.all.at(-1)?.onclose?.({ code: 1006, reason: "" });
  house.spin();
  become(990);
  await settle(300);
  expect(Socket.all.at(-1)?.url).toMatch(/\/api\/games\/ws$/);
  Socket.all.at(-1)?.says(ACK);
  await settle();
  expect(store.getState().ledger).toMatchObject({ balance: 990 });
  expect(store.getState().ledger.events).toHaveLength(1);
});

test("a refusal changes nothing; one for being too fast makes the page wait", async () => {
  const { store, answers, settle, start } = setUp();
  await start();
  const problem = (status: number, code: string, headers = {}) =>
    new Response(JSON.stringify({ code, detail: "no" }), { status, headers });
  answers.set("POST /api/games/slot/spin", () => problem(409, "INSUFFICIENT_TOKENS"));
  const spin = () => store.play((casino) => casino.spin(5000)).catch(refusalOf);
  expect(await spin()).toBe("You do not have that many tokens.");
  expect(store.getState().ledger.balance).toBe(1000);
  answers.set("POST /api/games/slot/spin", () =>
    problem(429, "RATE_LIMITED", { "retry-after": "2" }),
  );
  await spin();
  expect(store.getState().waitUntil).toBe(Date.now() + 2000);
  await settle(2000);
  expect(store.getState().waitUntil).toBe(0);
});

test("an answer that got lost is asked for again, under the same key", async () => {
  const { store, keys, answers, settle, start } = setUp();
  await start();
  answers.set("POST /api/games/slot/spin", () => {
    if (keys.length < 2) throw new TypeError("no network");
    return Response.json({ balance: 980 });
  });
  const spun = store.play((casino) => casino.spin(20));
  await settle(1000);
  expect(await spun).toEqual({ balance: 980 });
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

test("what could not be fetched is fetched once the stream is back", async () => {
  const { store, house, answers, settle, start } = setUp();
  await start();
  Socket.all.at(-1)?.says(house.spin());
  answers.set("GET /api/games/history", () => {
    throw new TypeError("no network");
  });
  await store.load();
  expect(store.getState().problem).toBe("The server cannot be reached.");
  answers.clear();
  Socket.all.at(-1)?.onclose?.({ code: 1006, reason: "" });
  await settle(300);
  Socket.all.at(-1)?.says({ ...ACK, gap: false });
  await settle();
  expect(store.getState().problem).toBeNull();
});

test("a history that cannot be fetched is said, and can be asked for again", async () => {
  const { store, answers, settle, start } = setUp();
  answers.set("GET /api/games/history", () => new Response("{}", { status: 503 }));
  await start();
  expect(store.getState().problem).toBe("The server had a fault.");
  answers.clear();
  store.retry();
  await settle();
  expect(store.getState()).toMatchObject({ problem: null, ledger: { loaded: true } });
});

/** As a browser has it. */
function stubStorage(): Map<string, string> {
  const held = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => held.set(key, value),
  });
  return held;
}

test("a rotation in another window is taken: its seed is kept, and known to have been shown", async () => {
  stubStorage();
  const { store, house, start } = setUp();
  await start();
  const commitment = store.getState().ledger.fairness?.commitment;
  expect(commitment).toBe(house.revealed().commitment);
  Socket.all.at(-1)?.says(house.spin());
  const rotation = house.rotate("theirs");
  Socket.all.at(-1)?.says(rotation);
  expect(store.getState().ledger.fairness).toMatchObject({ client_seed: "theirs", counter: 0 });
  expect(keptSeeds("1")).toEqual([
    { ...rotation.revealed, at: Date.parse(rotation.ts), seen: 0, shown: "dice" },
  ]);
  // The seed after it was committed to before the player chose theirs.
  Socket.all.at(-1)?.says(house.rotate());
  expect(keptSeeds("1").map(({ seen, shown }) => [seen, shown])).toEqual([
    [0, "theirs"],
    [0, "dice"],
  ]);
});

test("the answer to an own rotation does not undo what the stream has told since", async () => {
  stubStorage();
  const { store, house, answers, start } = setUp();
  await start();
  const { type, id, user_id, ts, ...rotation } = house.rotate("mine");
  const told = { type, id, user_id, ts, ...rotation };
  answers.set("POST /api/games/fairness/rotate", () => {
    Socket.all.at(-1)?.says(told, house.spin());
    return Response.json(rotation);
  });
  const seed = await store.rotate("mine");
  expect(seed).toMatchObject({ ...rotation.revealed, seen: 0 });
  expect(store.getState().ledger.fairness).toMatchObject({ client_seed: "mine", counter: 1 });
  expect(keptSeeds("1")).toHaveLength(1);
});

test("a rotation is known by its answer when the stream is away", async () => {
  stubStorage();
  const { store, house, answers, keys, start } = setUp();
  await start();
  const { type: _, id: __, user_id: ___, ts: ____, ...rotation } = house.rotate("mine");
  answers.set("POST /api/games/fairness/rotate", () => Response.json(rotation));
  await store.rotate("mine");
  expect(store.getState().ledger.fairness).toEqual(house.fairness());
  expect(keys, "a lost answer can be asked for again").toHaveLength(1);
});

test("a client seed that is another than was shown, or sent, is noticed", async () => {
  stubStorage();
  const { store, house, answers, start } = setUp();
  house.spin();
  house.spin();
  await start();
  const { type: _, id: __, user_id: ___, ts: ____, ...rotation } = house.rotate("mine");
  const swapped = { ...rotation, revealed: { ...rotation.revealed, client_seed: "lucky" } };
  answers.set("POST /api/games/fairness/rotate", () => Response.json(swapped));
  const seed = await store.rotate("mine");
  expect(seed).toMatchObject({ client_seed: "lucky", shown: "dice", seen: 2 });
  expect(isSwapped(seed)).toBe(true);
  expect(isSwapped({ ...seed, client_seed: "dice" })).toBe(false);
  const refused = store.rotate("another").catch((error: Error) => error.message);
  expect(await refused).toBe("The house did not take your client seed.");
});

test("words and amounts", () => {
  expect(refusalOf(new ApiError(422, "INVALID_BET", "no"))).toMatch(/whole number/);
  expect(refusalOf(new ApiError(0, "NETWORK", "no"))).toBe("The server cannot be reached.");
  expect(waitOf(new ApiError(429, "RATE_LIMITED", "", { retryAfter: 3000 }))).toBe(3000);
  expect(waitOf(new ApiError(429, "RATE_LIMITED", ""))).toBe(1000);
  expect(waitOf(new ApiError(422, "INVALID_BET", ""))).toBeNull();
  // Only digits are a number: what a page would guess, a player may not have meant.
  const odd = ["1.5", "-3", "", "ten", "1e3", "0x10", "1,000"];
  expect([" 12 ", ...odd].map(amountIn)).toEqual([12, ...odd]);
  expect(["2", "1.05", "1,5", "1e1", "2.", "fast"].map(multiplierIn)).toEqual([
    2,
    1.05,
    1.5,
    "1e1",
    "2.",
    "fast",
  ]);
});
