/** What the monitor makes of what it hears: each play once, filters, pause, window, returns, series. */
import { expect, test } from "vitest";
import { type GameEvent, type Odds, outcomeOf } from "../src/casino/model";
import { ALL, type Filter, isAll, matches, standingOf } from "../src/monitor/filter";
import { Filtered, Log } from "../src/monitor/log";
import { bandOf, counted, LEAST_PLAYS, measured, NONE, varianceOf } from "../src/monitor/returns";
import { keptAt, spanOf } from "../src/monitor/rows-window";
import { pathOf, roundUp, Series } from "../src/monitor/series";
import { House } from "./casino-plays";

const ids = (rows: readonly GameEvent[]) => rows.map(({ id }) => id);

function played(many: number): GameEvent[] {
  const house = new House();
  return Array.from({ length: many }, (_, index) => (index % 2 ? house.rps() : house.spin()));
}

test("a play is kept once; the oldest go", () => {
  const log = new Log(10, 4);
  const events = played(25);
  for (const event of events) expect(log.add(event)).toBe(true);
  expect(log.add(events[24] as GameEvent)).toBe(false);
  expect(log.total).toBe(25);
  expect(log.dropped + log.rows.length).toBe(25);
  expect(log.rows.length).toBeLessThanOrEqual(10);
  expect(ids(log.rows).at(-1)).toBe("e25");
  expect(ids(log.rows)[0]).toBe(`e${log.dropped + 1}`);
});

test.each<[name: string, change: Partial<Filter>, expected: (event: GameEvent) => boolean]>([
  ["all", {}, () => true],
  ["a game", { game: "rps" }, ({ game_type }) => game_type === "rps"],
  ["a user", { user: "2" }, ({ user_id }) => user_id === 2],
  ["a bet", { least: 20 }, ({ bet }) => bet >= 20],
  [
    "won",
    { outcome: "won" },
    (event) => "win_amount" in event.result && event.result.win_amount > event.bet,
  ],
])("a filter by %s, kept up play by play", (_, change, expected) => {
  const house = new House();
  const log = new Log(40, 10);
  const filter = { ...ALL, ...change };
  const filtered = new Filtered(log, filter);
  for (let play = 0; play < 100; play += 1) {
    house.user = 1 + (play % 3);
    log.add(play % 2 ? house.rps(play) : house.spin(play));
    filtered.follow(log.total);
  }
  const fresh = new Filtered(log, filter);
  fresh.follow(log.total);
  expect(ids(filtered.rows)).toEqual(ids(log.rows.filter(expected)));
  expect(ids(fresh.rows)).toEqual(ids(filtered.rows));
  expect(filtered.passed).toBe(house.events.filter(expected).length);
});

test("filters say whether they leave anything out; a running round is neither won nor lost", () => {
  expect(isAll(ALL)).toBe(true);
  expect(isAll({ ...ALL, least: 1 })).toBe(false);
  const house = new House();
  house.crash();
  const bet = house.events[0] as GameEvent;
  expect(matches({ ...ALL, outcome: "won" }, bet)).toBe(false);
  expect(matches({ ...ALL, outcome: "lost" }, bet)).toBe(false);
  house.user = "guest-1";
  expect(matches({ ...ALL, user: "guest-1" }, house.spin())).toBe(true);
});

test("paused, the rows stay as they are; resumed, nothing is missing", () => {
  const log = new Log();
  const filtered = new Filtered(log, ALL);
  const events = played(30);
  for (const event of events.slice(0, 10)) log.add(event);
  const pausedAt = log.total;
  expect(filtered.follow(pausedAt)).toBe(true);
  for (const event of events.slice(10)) log.add(event);
  expect(filtered.follow(pausedAt)).toBe(false);
  expect(filtered.rows).toHaveLength(10);
  filtered.follow(log.total);
  expect(ids(filtered.rows)).toEqual(ids(events));
});

test("what is dropped while the table is paused is gone from it, in order", () => {
  const log = new Log(10, 5);
  const filtered = new Filtered(log, ALL);
  const events = played(18);
  for (const event of events.slice(0, 8)) log.add(event);
  filtered.follow(8);
  for (const event of events.slice(8)) log.add(event);
  filtered.follow(8);
  expect(ids(filtered.rows)).toEqual(ids(events.slice(log.dropped, 8)));
  filtered.follow(log.total);
  expect(ids(filtered.rows)).toEqual(ids(log.rows));
});

test("rows that somebody reads stay while the table is paused, and go when it goes on", () => {
  const log = new Log(10, 5);
  const filtered = new Filtered(log, ALL);
  const events = played(30);
  for (const event of events.slice(0, 8)) log.add(event);
  filtered.follow(8, true);
  for (const event of events.slice(8)) log.add(event);
  expect(filtered.follow(8, true)).toBe(false);
  expect(ids(filtered.rows)).toEqual(ids(events.slice(0, 8)));
  expect(filtered.follow(log.total)).toBe(true);
  expect(ids(filtered.rows)).toEqual(ids(log.rows));
});

test("pulls are neither won nor lost", () => {
  const house = new House();
  const [pull, hand] = [house.pull(10), house.rps()];
  expect(matches({ ...ALL, outcome: "lost" }, pull)).toBe(false);
  expect(matches({ ...ALL, outcome: "won" }, pull)).toBe(false);
  expect(matches({ ...ALL, game: "gacha" }, pull)).toBe(true);
  expect([standingOf(pull), standingOf(hand)]).toEqual(["items", outcomeOf(hand)]);
});

test("only the rows in sight are made, whatever the length of the list", () => {
  const at = (scrollTop: number, count: number) =>
    spanOf({ scrollTop, height: 360, rowHeight: 36, count });
  expect(at(0, 50_000)).toEqual({ first: 0, end: 18, above: 0, below: (50_000 - 18) * 36 });
  const middle = at(36_000, 50_000);
  expect(middle).toMatchObject({ first: 992, end: 1018, above: 992 * 36 });
  expect(at(1e9, 50_000)).toMatchObject({ end: 50_000, below: 0 });
  expect(at(0, 3)).toEqual({ first: 0, end: 3, above: 0, below: 0 });
  expect(at(500, 0)).toEqual({ first: 0, end: 0, above: 0, below: 0 });
  for (const top of [0, 17, 36, 9_999, 1e7]) {
    const { first, end, above, below } = at(top, 20_000);
    expect(above + (end - first) * 36 + below).toBe(20_000 * 36);
    expect(end - first).toBeLessThan(30);
  }
});

test("who reads further down stays there; who is at the top stays there too", () => {
  expect(keptAt(0, 5, 36)).toBe(0);
  expect(keptAt(360, 5, 36)).toBe(540);
  expect(keptAt(100, -50, 36)).toBe(0);
});

const SLOT: Odds = {
  game: "slot",
  return_to_player: 0.95,
  hit_rate: 0.2,
  table: {
    lines: [
      { times: 4, probability: 0.2 },
      { times: 15, probability: 0.01 },
    ],
  },
  method: "",
};
const RPS: Odds = {
  ...SLOT,
  game: "rps",
  return_to_player: 1,
  table: { win: 2, draw: 1, lose: 0 },
};
const CRASH: Odds = { ...SLOT, game: "crash", return_to_player: 0.99, table: {} };

/** Plays of rock-paper-scissors with these wins, each with a bet of 10. */
function rps(wins: readonly number[]) {
  const house = new House();
  const events = wins.map((win_amount) => house.tell("rps", 10, { win_amount }));
  return events.reduce(counted, NONE);
}

test("variances are those of the tables", () => {
  expect(varianceOf(RPS)).toBeCloseTo(2 / 3);
  expect(varianceOf(SLOT)).toBeCloseTo(16 * 0.2 + 225 * 0.01 - 0.95 ** 2);
  expect(varianceOf(CRASH)).toBeNull();
  expect(varianceOf({ ...SLOT, return_to_player: null })).toBeNull();
});

test("a measured return is compared with the exact one, once there are enough plays", () => {
  expect(measured(NONE)).toBeNull();
  expect(bandOf(rps([20, 0]), RPS)).toBeNull();
  const fair = rps(Array.from({ length: 300 }, (_, play) => [20, 10, 0][play % 3] ?? 0));
  expect(measured(fair)).toBe(1);
  const band = bandOf(fair, RPS);
  const half = (1.96 * Math.sqrt(2 / 3)) / Math.sqrt(300);
  expect(band?.low).toBeCloseTo(1 - half);
  expect(band?.high).toBeCloseTo(1 + half);
  expect(band).toMatchObject({ by: "odds", within: true });
  const rigged = rps(Array.from({ length: 300 }, () => 0));
  expect(bandOf(rigged, RPS)).toMatchObject({ within: false });
  expect(bandOf(fair, { ...RPS, return_to_player: null })).toBeNull();
});

test("uneven bets widen the band", () => {
  const house = new House();
  const plays = 4 * LEAST_PLAYS;
  const even = rps(Array.from({ length: plays }, () => 10));
  const uneven = Array.from({ length: plays }, (_, play) =>
    house.tell("rps", play % 4 ? 1 : 100, { win_amount: play % 4 ? 1 : 100 }),
  ).reduce(counted, NONE);
  const width = (tally: typeof NONE) => {
    const band = bandOf(tally, RPS);
    return band ? band.high - band.low : 0;
  };
  expect(width(uneven)).toBeGreaterThan(1.9 * width(even));
});

test.each([
  ["crash", CRASH],
  ["rps", RPS],
] as const)("%s: one bet that outweighs all others is one play, and no alarm", (game, odds) => {
  const house = new House();
  const win_amount = (bet: number, play: number) => (play % 2 ? 2 * bet : 0);
  for (let play = 0; play < 90; play += 1) {
    house.tell(game, 10, { phase: "crashed", win_amount: win_amount(10, play) });
  }
  const small = house.events.reduce(counted, NONE);
  expect(bandOf(small, odds)).toMatchObject({ within: true });
  const lost = house.tell(game, 100_000, { phase: "crashed", win_amount: 0 });
  expect(bandOf(counted(small, lost), odds)).toBeNull();
});

test("rounds that are all alike still spread about their exact return", () => {
  const house = new House();
  for (let play = 0; play < 200; play += 1) {
    house.tell("crash", 10, { phase: "cashed_out", win_amount: 12 });
  }
  // About their own mean they would not spread at all, and any return would be an alarm.
  const band = bandOf(house.events.reduce(counted, NONE), CRASH);
  expect((band?.high ?? 0) - 0.99).toBeCloseTo((1.96 * 0.21) / Math.sqrt(200));
});

test("a crash round counts when it is over, by the spread of the rounds themselves", () => {
  const house = new House();
  for (let round = 0; round < 100; round += 1) {
    house.crash(10);
    house.tell("crash", 10, { phase: "cashed_out", win_amount: 20, crash_point: 3 });
  }
  const tally = house.events.reduce(counted, NONE);
  expect(tally).toMatchObject({ plays: 200, bet: 2_000, win: 2_000 });
  const band = bandOf(tally, CRASH);
  expect(band).toMatchObject({ by: "plays", within: true, exact: 0.99 });
  expect((band?.high ?? 0) - 0.99).toBeCloseTo(1.96 / Math.sqrt(200));
});

test("plays a second, by the server's clock, with the seconds in which nothing was played", () => {
  const series = new Series();
  const house = new House();
  const [one, two] = [house.spin(), house.rps()];
  for (const event of [one, one, two]) series.add(event);
  expect(series.last(3).map(({ plays }) => plays)).toEqual([0, 0, 2]);
  series.reach(Math.floor(Date.parse(two.ts) / 1000) + 2);
  expect(series.last(4).map(({ plays }) => plays)).toEqual([0, 2, 1, 0]);
  expect(series.last(4).map(({ stake }) => stake)).toEqual([0, 20, 10, 0]);
  house.crash(25);
  const rounds = new Series();
  for (const event of house.events.slice(2)) rounds.add(event);
  const last = rounds.last(4);
  expect(
    last.reduce((sum, { plays }) => sum + plays, 0),
    "a round is one play",
  ).toBe(1);
  series.add({ ...one, ts: "nonsense" });
  expect(series.last(1)).toHaveLength(1);
});

test("lines touch the top with the greatest value", () => {
  expect(pathOf([0, 5, 10], 100, 50, 10)).toBe("M0 50L50 25L100 0");
  expect(pathOf([], 100, 50, 10)).toBe("");
  expect(pathOf([0, 0], 100, 50, 0)).toBe("M0 50L100 50");
  expect([0, 1, 1.2, 3, 7, 10, 11, 430].map(roundUp)).toEqual([1, 1, 2, 5, 10, 10, 20, 500]);
});
