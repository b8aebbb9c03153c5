import { expect, test } from "vitest";
import { describeTable, winnersLine } from "../src/nommie/changes";
import type { SeatView, Table } from "../src/nommie/model";
import { bidding, header, round, table, trick } from "./table";

const asBen = describeTable(1);
const asNobody = describeTable(null);

const seated = (table: Table, seat: number, more: Partial<SeatView>): Table => {
  const { game } = table.snapshot;
  const seating = game.seating.map((one) => (one.seat === seat ? { ...one, ...more } : one));
  return {
    ...table,
    snapshot: { ...table.snapshot, game: { ...game, seating: seating as never } },
  };
};

test("seats: who comes, is ready, goes, and whom a bot stands in for", () => {
  const full = table({ phase: "Init" }, {}, { round_no: 0 });
  const free = seated(full, 2, { user_id: null, display_name: null, is_ready: false });
  expect(asNobody(free, full)).toEqual(["Cy sits down."]);
  expect(asNobody(full, free)).toEqual(["Cy leaves."]);
  expect(asNobody(seated(full, 3, { is_ready: false }), full)).toEqual(["Di is ready."]);
  const people = table(bidding());
  const bot = { user_id: null, display_name: "Blaise", is_ai: true };
  expect(asNobody(people, seated(people, 2, bot))).toEqual(["Cy leaves; Blaise plays on."]);
  expect(asNobody(seated(people, 2, bot), people)).toEqual(["Cy is back."]);
});

test("a round begins with its cards and its dealer; bids come in their order", () => {
  const before = table({ phase: "Init" }, {}, { round_no: 0 });
  const after = table(bidding({ bids: [null, 2, 0, null], to_act: 3 }));
  expect(asNobody(before, after)).toEqual([
    "Round 1, 3 cards each, dealt by Ann.",
    "Ben bids 2.",
    "Cy bids 0.",
  ]);
  expect(asBen(before, table(bidding()))).toEqual([
    "Round 1, 3 cards each, dealt by Ann.",
    "Your turn to bid.",
  ]);
});

test("the own moves are told as well, in the second person", () => {
  const before = table(bidding({ bids: [null, null, null, null] }));
  expect(asBen(before, table(bidding({ bids: [null, 3, null, null], to_act: 2 })))).toEqual([
    "You bid 3.",
  ]);
});

test("trumps, with who chose them", () => {
  const bids = [1, 2, 0, 1] as const;
  const before = table({
    phase: "TrumpSelect",
    data: {
      round: round({ bids, bid_winner: 1 }),
      to_act: 1,
      allowed_trumps: ["CLUBS"],
      last_trick: null,
    },
  });
  const after = table(trick({ round: round({ bids, bid_winner: 1, trump: "NO_TRUMPS" }) }));
  expect(asNobody(before, after)).toEqual(["Ben chooses no trumps."]);
  expect(asBen(before, after)).toEqual(["You choose no trumps.", "Your turn to play."]);
});

test("cards, the end of a trick, and who leads the next", () => {
  const one = table(trick({ current_trick: [[1, "TD"]], to_act: 2 }));
  const two = table(
    trick({
      current_trick: [
        [1, "TD"],
        [2, "2H"],
      ],
      to_act: 3,
    }),
  );
  expect(asNobody(one, two)).toEqual(["Cy plays the two of hearts."]);
  const last = [
    [1, "TD"],
    [2, "2H"],
    [3, "AD"],
    [0, "3D"],
  ] as const;
  const next = table(
    trick({ trick_no: 2, leader: 2, last_trick: last, current_trick: [[2, "KS"]], to_act: 3 }),
  );
  expect(asNobody(two, next), "the two of hearts is a trump").toEqual([
    "Di plays the ace of diamonds.",
    "Ann plays the three of diamonds.",
    "Trick to Cy.",
    "Cy plays the king of spades.",
  ]);
});

test("the same last trick is not told twice, nor an unchanged view", () => {
  const last = [
    [1, "TD"],
    [2, "2H"],
    [3, "AD"],
    [0, "3D"],
  ] as const;
  const before = table(trick({ trick_no: 2, leader: 2, last_trick: last, to_act: 2 }));
  const after = table(
    trick({ trick_no: 2, leader: 2, last_trick: last, to_act: 3, current_trick: [[2, "KS"]] }),
  );
  expect(asNobody(before, after)).toEqual(["Cy plays the king of spades."]);
  expect(asNobody(after, after)).toEqual([]);
});

test("the score of a round, and the end with joint winners", () => {
  const before = table(trick());
  const scoring = table({
    phase: "Scoring",
    data: { round: round(), round_scores: [11, 2, 0, 10], last_trick: null },
  });
  expect(asBen(before, scoring)).toEqual(["The round is over: Ann 11, You 2, Cy 0 and Di 10."]);
  const game = { scores_total: [120, 80, 120, 7], winners: [0, 2] } as const;
  expect(asNobody(scoring, table({ phase: "GameOver" }, {}, game))).toEqual([
    "The game is over. Ann and Cy win together with 120 points.",
  ]);
  expect(winnersLine(header({ ...game, winners: [0] }), 0)).toBe("You win with 120 points.");
});

test("a pause begins and ends", () => {
  const clock = {
    kind: "fixed",
    seconds: 30,
    increment: 0,
    grace_seconds: 0,
    seat: 1,
    deadline: 1,
    left_ms: [],
    paused_ms: null,
    pause_asked: [],
    away: [],
  } as const;
  const runs = table(bidding());
  const withClock = (paused_ms: number | null): Table => ({
    ...runs,
    snapshot: { ...runs.snapshot, turn_clock: { ...clock, paused_ms } },
  });
  expect(asNobody(withClock(null), withClock(500))).toEqual(["The game is paused."]);
  expect(asNobody(withClock(500), withClock(null))).toEqual(["The game goes on."]);
});
