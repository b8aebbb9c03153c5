import { expect, test } from "vitest";
import {
  answered,
  closed,
  EMPTY,
  endIn,
  extended,
  fetched,
  filled,
  heard,
  type Ledger,
  opened,
  pityIn,
  streakIn,
  without,
} from "../src/casino/ledger";
import {
  type BalanceEvent,
  type Fairness,
  type GameEvent,
  type Me,
  outcomeOf,
  payoutOf,
  stakeOf,
  type UserMessage,
} from "../src/casino/model";
import { House } from "./casino-plays";

const ME: Me = {
  id: 1,
  nickname: "Ann",
  role: "user",
  balance: 1000,
  streak: 2,
  pity: 7,
  fairness: { commitment: "c", next_commitment: "n", client_seed: "s", counter: 0 },
  crash: null,
  now: 0,
};

const balance = (id: string, balance: number, delta = -10): BalanceEvent => ({
  type: "balance",
  id,
  user_id: 1,
  delta,
  balance,
  ts: "2026-01-01T00:00:00.000Z",
});

const all = (...messages: UserMessage[]) => messages.reduce(heard, EMPTY);
const ids = ({ events }: Ledger) => events.map(({ id }) => id);

test("a play counts once, by its answer and by its event, whichever is first", () => {
  const play = new House().spin();
  const start = fetched(EMPTY, ME, EMPTY.told);
  const byAnswer = answered(start, 990, start.told);
  expect(byAnswer.balance).toBe(990);
  const both = heard(heard(byAnswer, play), balance("b1", 990));
  expect(both.balance).toBe(990);
  expect(ids(both)).toEqual(["e1"]);

  const byEvent = heard(heard(start, play), balance("b1", 990));
  expect(answered(byEvent, 990, start.told).balance).toBe(990);
  expect(ids(heard(byEvent, play))).toEqual(["e1"]);
});

test("an answer that is older than what the stream has told is not believed", () => {
  const start = fetched(EMPTY, ME, EMPTY.told);
  // Another window has played, and a gift has come, while the answer was on its way.
  const gift = { ...balance("b2", 1080, 100), type: "reward" as const };
  const later = [balance("b1", 990), gift].reduce(heard, start);
  expect(answered(later, 990, start.told).balance).toBe(1080);
  expect(fetched(later, { ...ME, balance: 990 }, start.told).balance).toBe(1080);
  expect(fetched(later, { ...ME, balance: 5 }, later.told).balance).toBe(5);
});

test("the position is that of the last event, whatever it was", () => {
  const house = new House();
  expect(all().position).toBeNull();
  expect(all(house.spin(), balance("b1", 1)).position).toBe("b1");
  expect(all(balance("b1", 1), house.spin()).position).toBe("e2");
  expect(filled(EMPTY, { events: house.events, more: false }).position).toBe("e2");
});

test("a page of history and what came meanwhile are one list, in order", () => {
  const house = new House();
  const events = Array.from({ length: 6 }, () => house.spin());
  const [, , c, d, e, f] = events as [
    GameEvent,
    GameEvent,
    GameEvent,
    GameEvent,
    GameEvent,
    GameEvent,
  ];
  const live = all(e, f);
  const page = filled(live, { events: [c, d, e], more: true });
  expect(ids(page)).toEqual(["e3", "e4", "e5", "e6"]);
  expect(page).toMatchObject({ more: true, loaded: true });
  const whole = filled(page, { events, more: false });
  expect(ids(whole)).toEqual(["e1", "e2", "e3", "e4", "e5", "e6"]);
  expect(whole.more).toBe(false);
  // A shorter page, later: what was known before it stays.
  const again = filled(whole, { events: [d, e, f], more: true });
  expect(ids(again)).toEqual(ids(whole));
  expect(again.more).toBe(false);
  expect(ids(filled(EMPTY, { events: [], more: false }))).toEqual([]);
});

test("older plays are put before those that are known", () => {
  const house = new House();
  const [a, b, c] = [house.spin(), house.rps(), house.spin()];
  const known = filled(EMPTY, { events: [c], more: true });
  const more = extended(known, { events: [a, b], more: false }, "e3");
  expect(ids(more)).toEqual(["e1", "e2", "e3"]);
  expect(more.more).toBe(false);
  expect(extended(more, { events: [a, b], more: false }, "e3"), "asked for twice").toBe(more);
});

test("what is known and has a hole behind it is forgotten", () => {
  const house = new House();
  const [a, , c] = [house.spin(), house.rps(), house.spin()];
  const holed = filled(filled(EMPTY, { events: [a], more: false }), { events: [c], more: true });
  expect(ids(holed)).toEqual(["e3"]);
  expect(holed.more).toBe(true);
});

test("after a gap what is known has holes: it is forgotten until it is fetched", () => {
  const house = new House();
  const before = filled(EMPTY, { events: [house.spin()], more: false });
  const after = heard(before, { type: "ws_ack", user_id: 1, gap: true });
  expect(after).toMatchObject({ events: [], loaded: false, gaps: 1 });
  expect(heard(before, { type: "ws_ack", user_id: 1, gap: false })).toBe(before);
  expect(ids(filled(heard(after, house.spin()), { events: house.events, more: false }))).toEqual([
    "e1",
    "e2",
  ]);
});

test("a crash round is open from its answer, its event or the wallet until its end", () => {
  const house = new House();
  house.crash();
  const [bet, end] = house.events as [GameEvent, GameEvent];
  const game = (bet.result as { game_id: number }).game_id;
  const round = {
    game_id: game,
    bet_amount: 10,
    started_at: 1,
    commitment: "c",
    auto_cashout_multiplier: null,
  };
  expect(all(bet).round?.game_id).toBe(game);
  expect(fetched(EMPTY, { ...ME, crash: round }, EMPTY.told).round).toBe(round);
  expect(opened(EMPTY, round).round).toBe(round);
  expect(all(bet, end).round).toBeNull();
  // The answer comes after the round is over; the wallet was read while it was open.
  expect(opened(all(bet, end), round).round).toBeNull();
  expect(fetched(all(bet, end), { ...ME, crash: round }, EMPTY.told).round).toBeNull();
  expect(fetched(all(bet, end), { ...ME, crash: round }, all(bet, end).told).round).toBeNull();
  expect(closed(all(bet), game).round).toBeNull();
  expect(endIn(all(bet, end), game)?.phase).toBe("crashed");
  expect(endIn(all(bet), game)).toBeNull();
  // The wallet says that nothing is open any more.
  expect(fetched(all(bet), ME, all(bet).told).round).toBeNull();
});

test("what is not known is passed over", () => {
  const odd = { type: "game_event", game_type: "roulette", id: "x" } as unknown as UserMessage;
  expect(heard(EMPTY, odd)).toBe(EMPTY);
  expect(heard(EMPTY, { type: "news" } as unknown as UserMessage)).toBe(EMPTY);
});

test("pity and streak follow from the plays", () => {
  const house = new House();
  const start = fetched(EMPTY, ME, EMPTY.told);
  expect([pityIn(start), streakIn(start), pityIn(EMPTY)]).toEqual([7, 2, null]);
  const pulled = heard(start, house.pull(1));
  expect(pityIn(pulled)).toBe(house.pity);
  expect(streakIn(pulled)).toBe(0);
  const win = house.tell("slot", 10, { win_amount: 20 });
  const even = house.tell("rps", 10, { win_amount: 10 });
  const loss = house.tell("slot", 10, { win_amount: 0 });
  expect(streakIn([win, even, win].reduce(heard, pulled))).toBe(1);
  expect(streakIn([win, even, loss].reduce(heard, pulled))).toBe(0);
  expect([win, even, loss].map(outcomeOf)).toEqual(["won", "even", "lost"]);
});

test("the stake of a round is paid when it begins, what it pays when it ends", () => {
  const house = new House();
  house.crash(10, 100);
  const [bet, end] = house.events as [GameEvent, GameEvent];
  expect([stakeOf(bet), payoutOf(bet), outcomeOf(bet)]).toEqual([10, 0, "open"]);
  expect([stakeOf(end), payoutOf(end), outcomeOf(end)]).toEqual([0, 10, "even"]);
  expect(outcomeOf(house.pull(1))).toBe("lost");
});

test("the seeds follow the stream: each play moves the number on, a rotation begins anew", () => {
  const house = new House();
  const start = fetched(EMPTY, { ...ME, fairness: house.fairness() }, EMPTY.told);
  const played = [house.spin(), house.rps()].reduce(heard, start);
  expect(played.fairness).toEqual(house.fairness());
  expect(played.fairness?.counter).toBe(2);
  const next = played.fairness?.next_commitment;
  const rotation = house.rotate("mine");
  const after = heard(played, rotation);
  expect(after.fairness).toEqual(house.fairness());
  expect(after.fairness).toMatchObject({ commitment: next, client_seed: "mine", counter: 0 });
  expect(after.position).toBe(rotation.id);
  // What was asked for before it is older.
  const late = fetched(after, { ...ME, fairness: start.fairness as Fairness }, start.told);
  expect(late.fairness).toEqual(after.fairness);
  expect(fetched(after, ME, after.told).fairness).toEqual(ME.fairness);
});

test("a play of another seed than is known does not move the number on", () => {
  const house = new House();
  const start = fetched(EMPTY, { ...ME, fairness: house.fairness() }, EMPTY.told);
  house.rotate();
  expect(heard(start, house.spin()).fairness).toEqual(start.fairness);
});

test("while its reels turn a spin has cost its stake and no more is told; other plays show", () => {
  const house = new House();
  const start = { ...fetched(EMPTY, { ...ME, streak: 0 }, EMPTY.told), balance: 1000 };
  const seed = house.fairness().commitment.slice(0, 16);
  const win = { reels: [["🍒", "🍒", "🍋"]], win_amount: 20, counter: 0, seed };
  const spun = house.tell("slot", 10, win);
  const own = spun.game_type === "slot" ? spun.result : null;
  if (!own) throw new Error("no spin");
  const other = house.tell("rps", 100, { win_amount: 200, counter: 1, seed });
  const told = [spun, balance("b1", 1010, 10), other, balance("b2", 1110, 100)];
  const ledger = told.reduce<Ledger>(heard, start);
  const shown = without(ledger, own);
  expect(shown.balance).toBe(1090);
  expect(shown.events).toEqual([other]);
  expect([streakIn(shown), streakIn(ledger)]).toEqual([1, 2]);
  // The answer may be there before the stream has told anything.
  expect(without({ ...start, balance: 1010 }, own)).toMatchObject({ balance: 990, events: [] });
});
