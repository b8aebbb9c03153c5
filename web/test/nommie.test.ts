import { expect, test } from "vitest";
import { allows, apply, momentOf } from "../src/nommie/apply";
import { cardName, trumpName, winnerOf } from "../src/nommie/cards";
import { cardLabel, whyNotBid, whyNotCard } from "../src/nommie/legal";
import { tableIdIn, tablePath } from "../src/nommie/links";
import type { Bidding } from "../src/nommie/model";
import { pointsFor, resultIn } from "../src/nommie/round-result";
import { listed, sideOf } from "../src/nommie/seats";
import { clothOf, endedBetween, holdFor, wentOn } from "../src/nommie/trick";
import { annToPlay, bidding, round, table, trick } from "./table";

test("cards and trumps have names", () => {
  expect(cardName("QH")).toBe("Queen of hearts");
  expect(cardName("TD")).toBe("Ten of diamonds");
  expect(trumpName("NO_TRUMPS")).toBe("no trumps");
  expect(trumpName("CLUBS")).toBe("clubs");
});

test("the highest trump takes the trick, else the highest of the suit that was led", () => {
  const cards = [
    [1, "TD"],
    [2, "2H"],
    [3, "AD"],
    [0, "AS"],
  ] as const;
  expect(winnerOf(cards, "HEARTS")).toBe(2);
  expect(winnerOf(cards, "NO_TRUMPS")).toBe(3);
  expect(winnerOf(cards, "CLUBS")).toBe(3);
  expect(winnerOf([], "CLUBS")).toBeNull();
});

test("the viewer sits at the bottom, the next to act at the left", () => {
  expect([0, 1, 2, 3].map((seat) => sideOf(seat as 0, 0))).toEqual([
    "bottom",
    "left",
    "top",
    "right",
  ]);
  expect(sideOf(1, 3)).toBe("top");
  expect(sideOf(2, null)).toBe("top");
  expect(listed(["Ann", "Ben", "Cy"])).toBe("Ann, Ben and Cy");
});

test("a card leaves the hand at once, and the view that holds it stays as it is", () => {
  const before = annToPlay();
  const after = apply(before, { do: "play", card: "QH" }, 0);
  expect(after.viewer_hand).toEqual(["4C", "AS"]);
  expect(after.viewer_legal).toBeNull();
  expect(after.snapshot.phase).toMatchObject({ data: { to_act: null } });
  const { phase } = after.snapshot;
  expect(phase.phase === "Trick" && phase.data.current_trick.at(-1)).toEqual([0, "QH"]);
  expect(apply(after, { do: "play", card: "QH" }, 0)).toBe(after);
});

test("what is not legal or not this seat's turn changes nothing", () => {
  const before = annToPlay();
  expect(apply(before, { do: "play", card: "4C" }, 0)).toBe(before);
  expect(apply(before, { do: "play", card: "QH" }, 1)).toBe(before);
  expect(apply(before, { do: "bid", bid: 1 }, 0)).toBe(before);
  expect(allows(before, { do: "trump", trump: "CLUBS" })).toBe(false);
});

test("a bid, trumps and readiness show at once", () => {
  const bids = table(bidding({ to_act: 0, bids: [null, 1, 0, 0] }), {
    viewer_legal: { bids: [0, 1, 3] },
  });
  const bid = apply(bids, { do: "bid", bid: 3 }, 0).snapshot.phase;
  expect(bid).toMatchObject({ data: { bids: [3, 1, 0, 0], round: { bids: [3, 1, 0, 0] } } });
  const lobby = table({ phase: "Init" });
  const ready = apply(lobby, { do: "ready", is_ready: false }, 2);
  expect(ready.snapshot.game.seating[2].is_ready).toBe(false);
  expect(lobby.snapshot.game.seating[2].is_ready).toBe(true);
});

test("a moment is one decision: other changes leave it, the next trick does not", () => {
  const before = annToPlay();
  const renamed = {
    ...before,
    snapshot: { ...before.snapshot, game: { ...before.snapshot.game, name: "Sat" } },
  };
  expect(momentOf(renamed)).toBe(momentOf(before));
  const later = table(trick({ trick_no: 2, to_act: 0 }));
  expect(momentOf(later)).not.toBe(momentOf(before));
  expect(momentOf(table({ phase: "GameOver" }))).toBeNull();
});

test("why a card cannot be played", () => {
  const mine = annToPlay();
  expect(whyNotCard(mine, 0, "QH")).toBeNull();
  expect(whyNotCard(mine, 0, "4C")).toBe("you must follow hearts");
  expect(cardLabel("QH", null)).toBe("Queen of hearts, playable");
  expect(cardLabel("4C", "you must follow hearts")).toBe(
    "Four of clubs, not playable: you must follow hearts",
  );
  expect(whyNotCard(table(trick({ to_act: 2 })), 0, "QH")).toBe("it is Cy’s turn");
  expect(whyNotCard(table(bidding()), 0, "QH")).toBe("the bidding is not over");
});

test("why a bid is out", () => {
  const phase = bidding({ to_act: 0, bids: [null, 1, 0, 0] });
  const data: Bidding = phase.data;
  const dealer = table(phase, { viewer_legal: { bids: [0, 1, 3] } });
  expect(whyNotBid(dealer, data, 1)).toBeNull();
  expect(whyNotBid(dealer, data, 2)).toBe("the four bids may not sum to 3");
  const locked = table(phase, {
    viewer_legal: { bids: [1, 3] },
    bid_constraints: { zero_bid_locked: true },
  });
  expect(whyNotBid(locked, data, 0)).toBe("you have bid 0 three rounds in a row");
});

test("a trick that is over is held with its winner, also into the next bidding", () => {
  const last = [
    [1, "TD"],
    [2, "2H"],
    [3, "AD"],
    [0, "3D"],
  ] as const;
  const playing = clothOf(table(trick({ current_trick: last.slice(0, 3) })), null);
  expect(endedBetween(null, playing), "nothing was seen before").toBeNull();
  const next = clothOf(table(trick({ trick_no: 2, last_trick: last })), playing);
  expect(endedBetween(playing, next)).toEqual({ cards: last, winner: 2 });
  expect(endedBetween(next, next)).toBeNull();
  const jumped = clothOf(table(bidding({ last_trick: last })), playing);
  expect(endedBetween(playing, jumped)).toEqual({ cards: last, winner: 2 });
  expect(wentOn([[2, "KS"]], 0)).toBe(false);
  expect(wentOn([[0, "KS"]], 0)).toBe(true);
  expect(holdFor(last.slice(0, 2))).toBeLessThan(holdFor([]));
  expect(holdFor(last.slice(0, 2)), "long enough to read").toBeGreaterThanOrEqual(1000);
});

test("the result of a round stands while the next is bid for", () => {
  const data = { round: round({ bids: [1, 0, 2, 1], tricks_won: [1, 1, 1, 0] }) };
  const scoring = { ...data, round_scores: [11, 1, 1, 0], last_trick: null } as const;
  expect(resultIn({ phase: "Scoring", data: scoring }, 4)?.round_no).toBe(4);
  const previous_round = {
    round_no: 4,
    hand_size: 10,
    tricks_won: [1, 1, 1, 0],
    bids: [1, 0, 2, 1],
  } as const;
  expect(resultIn(bidding({ previous_round }), 5)).toEqual({
    round_no: 4,
    bids: [1, 0, 2, 1],
    won: [1, 1, 1, 0],
  });
  expect(resultIn(bidding(), 1)).toBeNull();
  expect([pointsFor(0, 0), pointsFor(3, 3), pointsFor(2, 3)]).toEqual([10, 13, 2]);
});

test("addresses of tables", () => {
  expect(tablePath(4711)).toBe("/nommie/4711");
  expect(tableIdIn("/nommie/4711")).toBe("4711");
  expect(tableIdIn("/nommie")).toBeNull();
  expect(tableIdIn("/nommie/%")).toBeNull();
  expect(tableIdIn("/boards/4711")).toBeNull();
});
