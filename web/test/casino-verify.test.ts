import { expect, test } from "vitest";
import { evidenceText, readEvidence } from "../src/casino/evidence";
import type { GameEvent, Revealed } from "../src/casino/model";
import { isFirstOf, verify, verifyRound } from "../src/casino/verify";
import { House, tampered } from "./casino-plays";

function played(): House {
  const house = new House();
  for (let round = 0; round < 12; round += 1) {
    house.spin();
    house.rps();
    house.pull(10);
    house.crash(10, 101, true);
    house.crash(7);
  }
  return house;
}

function revealed(house: House, more: Partial<Revealed> = {}): Revealed {
  return { ...house.revealed(), ...more };
}

test("every play of an honest house is found again", () => {
  const house = played();
  const report = verify(revealed(house), house.events, true);
  expect(report.plays.filter(({ fault }) => fault)).toEqual([]);
  expect(report).toMatchObject({ seedOk: true, ok: true, missing: 0, faults: 0 });
  expect(report.plays).toHaveLength(60);
});

test("another seed than was committed to is red", () => {
  const house = played();
  const other = revealed(house, { server_seed: "00".repeat(32) });
  expect(verify(other, house.events, true)).toMatchObject({ seedOk: false, ok: false });
  const none = verify(revealed(house, { server_seed: "not hex" }), house.events, true);
  expect(none).toMatchObject({ computed: null, ok: false });
});

const LOST = { multiplier: null, win_amount: 0 };

const at = (events: readonly GameEvent[], game: string, phase?: string) =>
  events.findIndex(
    (event) =>
      event.game_type === game && (!phase || (event.result as { phase?: string }).phase === phase),
  );

test.each<[name: string, game: string, change: object, fault: string, phase?: string]>([
  ["reels", "slot", { reels: [["7️⃣", "7️⃣", "7️⃣"]] }, "other reels"],
  ["a win", "slot", { win_amount: 1 }, "not paid by its paytable"],
  ["a multiplier", "slot", { multiplier: 3, win_amount: 30 }, "not paid by its paytable"],
  ["a jackpot", "slot", { is_jackpot: true }, "not paid by its paytable"],
  ["a number that is none", "slot", { win_amount: 0.5 }, "not paid by its paytable"],
  ["a hand", "rps", { computer_choice: "well" }, "another hand"],
  ["an outcome", "rps", { result: "lost" }, "not paid as it says"],
  ["items", "gacha", { items: [] }, "other items"],
  ["the pity", "gacha", { pity: 42 }, "another pity"],
  ["the point", "crash", { crash_point: 1.77 }, "another point", "cashed_out"],
  ["the salt", "crash", { salt: "00" }, "not what was committed to", "crashed"],
  ["the commitment", "crash", { commitment: "00" }, "not what was committed to", "bet"],
  ["what it pays", "crash", { win_amount: 9 }, "not paid as it says", "crashed"],
  ["a cash-out kept back", "crash", LOST, "not cashed out when it was due", "cashed_out"],
  ["when", "crash", { multiplier: 1000, win_amount: 1 }, "cashed out after the crash", "crashed"],
])("%s tampered with is red, and nothing else", (_, game, change, fault, phase) => {
  const house = played();
  const events = [...house.events];
  const index = at(events, game, phase);
  events[index] = tampered(events[index] as GameEvent, change);
  const report = verify(revealed(house), events, true);
  expect(report.plays.filter((one) => one.fault).map((one) => one.fault)).toEqual([fault]);
  expect(report).toMatchObject({ seedOk: true, faults: 1, ok: false });
});

test("a bet that is told otherwise is red", () => {
  const house = played();
  for (const [game, phase, bet, fault] of [
    ["gacha", undefined, 449, "another price"],
    ["crash", "crashed", 1, "ends with another bet"],
  ] as const) {
    const index = at(house.events, game, phase);
    const events = house.events.with(index, { ...house.events[index], bet } as GameEvent);
    const report = verify(revealed(house), events, true);
    expect(report.plays.filter((one) => one.fault).map((one) => one.fault)).toEqual([fault]);
  }
});

test("a play that is told twice, or comes after the last, is red", () => {
  const house = played();
  const first = house.events[0] as GameEvent;
  const twice = verify(revealed(house), [...house.events, { ...first, id: "more" }], true);
  expect(twice.plays.filter(({ fault }) => fault)).toMatchObject([
    { fault: "its number was before" },
  ]);
  expect(twice).toMatchObject({ missing: 0, ok: false });
  const after = verify(revealed(house, { plays: 59 }), house.events, true);
  expect(after.plays.filter(({ fault }) => fault)).toMatchObject([
    { counter: 59, fault: "after the last play" },
  ]);
});

test("what is told among the plays of a seed and is none of them is red", () => {
  const house = played();
  const spin = house.events[7] as GameEvent;
  for (const [change, fault] of [
    [{ seed: "0000000000000000" }, "of another seed"],
    [{ seed: undefined }, "names no seed"],
    [{ counter: "1" }, "names no seed"],
  ] as const) {
    const made = { ...tampered(spin, change), id: "made up" };
    const report = verify(revealed(house), house.events.toSpliced(7, 0, made), true);
    expect(report.plays.filter((one) => one.fault)).toMatchObject([{ fault, event: made }]);
    expect(report).toMatchObject({ missing: 0, ok: false });
  }
  // After the last one it is of the seed that follows.
  const after = { ...tampered(spin, { seed: "0000000000000000" }), id: "later" };
  expect(verify(revealed(house), [...house.events, after], true).ok).toBe(true);
});

test("a round ends once, after it began, and not without it", () => {
  const house = played();
  const index = house.events.findIndex(
    ({ game_type, result }) => game_type === "crash" && "crash_point" in result,
  );
  const end = house.events[index] as GameEvent;
  const faults = (events: readonly GameEvent[]) =>
    verify(revealed(house), events, true).plays.flatMap(({ fault }) => fault ?? []);
  expect(faults(house.events.toSpliced(index, 0, end))).toEqual(["ends twice"]);
  const other = tampered(end, { game_id: 7 });
  expect(faults(house.events.toSpliced(index, 0, other))).toEqual([
    "the end of no round of this seed",
  ]);
  const early = house.events.toSpliced(index, 1).toSpliced(index - 1, 0, end);
  expect(faults(early)).toContain("its end is missing");
  expect(faults(house.events.toReversed()).length).toBeGreaterThan(50);
});

test("one paytable holds for all spins", () => {
  const house = played();
  const last = house.events.findLastIndex(({ game_type }) => game_type === "slot");
  const classic = tampered(house.events[last] as GameEvent, { paytable: "classic" });
  const report = verify(revealed(house), house.events.with(last, classic), true);
  expect(report.plays.flatMap(({ fault }) => fault ?? [])).toEqual(["paid by another table"]);
});

test("plays before and after the seed are left out, also when they are as many", () => {
  const house = new House();
  house.pull(10);
  house.pull(10);
  house.rotate();
  house.pull(10);
  house.spin();
  const asked = revealed(house);
  house.rotate("mine");
  house.spin();
  house.rps();
  const first = house.events.filter((event) => isFirstOf(asked.commitment, event));
  expect(first.map(({ game_type, id }) => [game_type, id])).toEqual([["gacha", "e4"]]);
  const report = verify(asked, house.events, true);
  expect(report).toMatchObject({ ok: true, missing: 0 });
  expect(report.plays.map(({ event }) => event.game_type)).toEqual(["gacha", "slot"]);
});

test("a play that is left out is missed, wherever it was", () => {
  const house = played();
  for (const left of [0, 7, house.events.length - 2]) {
    const report = verify(revealed(house), house.events.toSpliced(left, 1), true);
    expect(report.ok, `without event ${left}`).toBe(false);
    expect(report.missing + report.faults).toBeGreaterThan(0);
  }
  const endless = house.events.toSpliced(house.events.length - 1, 1);
  expect(verify(revealed(house), endless, true)).toMatchObject({
    faults: 1,
    missing: 0,
    ok: false,
  });
});

test("what the history has lost is missing, not wrong; pity is carried over the gap", () => {
  const house = played();
  const report = verify(revealed(house), house.events.slice(16), false);
  expect(report).toMatchObject({ ok: false, faults: 0 });
  expect(report.missing).toBe(60 - report.plays.length);
  expect(report.missing).toBeGreaterThan(0);
});

test("a seed that was never played with opens its commitment", () => {
  const house = new House();
  expect(verify(revealed(house), [], true)).toMatchObject({ ok: true, missing: 0, plays: [] });
});

test("a round can be checked as soon as it is over", () => {
  const end = new House().crash();
  if (end.game_type !== "crash" || end.result.phase === "bet") throw new Error("not an end");
  expect(verifyRound(end.result)).toBe(true);
  expect(verifyRound({ ...end.result, crash_point: end.result.crash_point + 0.01 })).toBe(false);
});

test("a file holds what was checked; anything else is no such file", () => {
  const house = played();
  const text = evidenceText({ revealed: revealed(house), events: house.events });
  const evidence = readEvidence(text);
  expect(evidence).toEqual({ revealed: revealed(house), events: house.events });
  const broken = (change: (held: { revealed: object; events: object[] }) => void) => {
    const held = JSON.parse(text) as { revealed: object; events: object[] };
    change(held);
    return readEvidence(JSON.stringify(held));
  };
  for (const rubbish of ["", "{}", "null", "[]", '{"revealed":{},"events":[]}', text.slice(1)]) {
    expect(readEvidence(rubbish), rubbish.slice(0, 40)).toBeNull();
  }
  expect(broken(({ events }) => events.push({ type: "balance" }))).toBeNull();
  expect(broken(({ events }) => delete (events[0] as { result?: object }).result)).toBeNull();
  expect(broken(({ revealed }) => Object.assign(revealed, { plays: -1 }))).toBeNull();
  expect(broken(({ events }) => events.pop())?.events).toHaveLength(house.events.length - 1);
});
