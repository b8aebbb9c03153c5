/** What the floor shows: lines of history, tables of odds, the curve. */
import { expect, test } from "vitest";
import { isPage } from "../src/casino/links";
import type { Odds } from "../src/casino/model";
import { curveTo, HEIGHT, WIDTH } from "../src/floor/curve";
import { linesOf, signed, whenPlayed, whole } from "../src/floor/lines";
import { hundredthsIn, wholeIn } from "../src/floor/numbers";
import { percent, rowsOf } from "../src/floor/odds-rows";
import { House } from "./casino-plays";

test("a crash round is one line, open or over", () => {
  const house = new House();
  house.spin();
  house.crash(10, 100);
  house.rps();
  const lines = linesOf(house.events, 10);
  expect(lines.map(({ game }) => game)).toEqual(["rps", "crash", "slot"]);
  expect(lines[1]).toMatchObject({ outcome: "even", delta: 0 });
  expect(lines[1]?.words).toMatch(/^Out at 1\.00× of \d+\.\d\d×$/);
  const open = linesOf(house.events.slice(0, 2), 10);
  expect(open[0]).toMatchObject({ game: "crash", outcome: "open", delta: null, words: "Running" });
  expect(linesOf(house.events, 2)).toHaveLength(2);
});

test("what came of each play, in words", () => {
  const house = new House();
  const slot = house.tell("slot", 10, { reels: [["🍒", "🍒", "🍋"]], win_amount: 20 });
  const hand = { player_choice: "rock", computer_choice: "paper", win_amount: 0 };
  const items = [
    { name: "Cork", rarity: "Common" },
    { name: "Golden dice", rarity: "Epic" },
    { name: "Silver thimble", rarity: "Rare" },
  ];
  const events = [
    slot,
    house.tell("slot", 10, { reels: [["7️⃣", "7️⃣", "7️⃣"]], win_amount: 7770, is_jackpot: true }),
    house.tell("rps", 10, hand),
    house.tell("gacha", 450, { items, pull_count: 10, ultra_rare_item_count: 1 }),
    house.tell("crash", 10, {
      phase: "crashed",
      game_id: 1,
      multiplier: null,
      win_amount: 0,
      crash_point: 1.5,
    }),
  ];
  const lines = linesOf(events, 10).toReversed();
  expect(lines.map(({ words }) => words)).toEqual([
    "🍒 🍒 🍋",
    "Jackpot",
    "rock against paper",
    "Golden dice (Epic), best of 10",
    "Crashed at 1.50×",
  ]);
  expect(lines.map(({ delta }) => signed(delta ?? 0))).toEqual([
    "+10",
    "+7,760",
    "−10",
    "−450",
    "−10",
  ]);
  expect([signed(0), whole(1234567)]).toEqual(["±0", "1,234,567"]);
});

const odds = (game: Odds["game"], table: unknown): Odds => ({
  game,
  table,
  return_to_player: 0.5,
  hit_rate: null,
  method: "",
});

test("the odds of each game are rows", () => {
  const slot = rowsOf(
    odds("slot", {
      paytable: "fair",
      lines: [
        { symbols: ["7️⃣", "7️⃣", "7️⃣"], times: 777, probability: 0.000_008 },
        { symbols: "two alike", times: 2, probability: 0.335 },
      ],
    }),
  );
  expect(slot.rows.map(({ cells }) => cells)).toEqual([
    ["×777", "0.0008 %", "125,000"],
    ["×2", "33.50 %", "3.0"],
  ]);
  expect(slot.rows[0]?.symbols).toHaveLength(3);
  const rps = rowsOf(odds("rps", { win: 2, draw: 1, lose: 0 }));
  expect(rps.rows.map(({ cells }) => cells[0])).toEqual(["×2", "×1", "×0"]);
  const gacha = rowsOf(
    odds("gacha", {
      rarities: [
        { rarity: "Common", probability: 0.823 },
        { rarity: "Legendary", probability: 0.002 },
      ],
      pity: 90,
      price: { "1": 50, "10": 450 },
      pulls_to_epic_or_better: 33.7,
    }),
  );
  expect(gacha.rows.map(({ name }) => name)).toEqual(["Legendary", "Common"]);
  expect(gacha.notes.map(([, text]) => text).join()).toContain("33.70 on average");
  const crash = rowsOf(odds("crash", { reach: [{ times: 2, probability: 0.495 }], most: 1000 }));
  expect(crash.rows[0]?.cells).toEqual(["49.50 %", "99.00 %"]);
  expect(percent(0)).toBe("0.00 %");
});

test("the curve stays in its box, and grows", () => {
  for (const millis of [-5, 0, 1, 5_000, 11_552, 60_000, 115_129]) {
    const { x, y, line, area } = curveTo(millis);
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(WIDTH);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThanOrEqual(HEIGHT);
    expect(line.startsWith(`M0 ${HEIGHT}`)).toBe(true);
    expect(area.endsWith("Z")).toBe(true);
  }
  expect(curveTo(9_000).y).toBeLessThan(curveTo(3_000).y);
});

test("a play of another day has its date", () => {
  const now = new Date(2026, 4, 9, 12, 0);
  const when = (date: Date) => whenPlayed(date.toISOString(), now, "en-GB");
  expect(when(new Date(2026, 4, 9, 8, 5, 30))).toBe("08:05:30");
  expect(when(new Date(2026, 4, 8, 23, 59))).toMatch(/^8 May,? (at )?23:59$/);
  expect(when(new Date(2025, 11, 31, 7, 1))).toMatch(/^31 Dec 2025,? (at )?07:01$/);
});

test("numbers by hand are taken as they are, or not at all", () => {
  expect(["0", " 42 ", "", "-1", "1.5", "1e3", "x", "99999999999999999999"].map(wholeIn)).toEqual([
    0,
    42,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
  expect(["1", "1.5", "2,05", "1000", "1000.01", "0.99", "1.005", ""].map(hundredthsIn)).toEqual([
    100,
    150,
    205,
    100_000,
    null,
    null,
    null,
    null,
  ]);
});

test("a page with or without a slash at its end", () => {
  expect(isPage("/floor", "/floor")).toBe(true);
  expect(isPage("/floor/", "/floor")).toBe(true);
  expect(isPage("/floors", "/floor")).toBe(false);
});
