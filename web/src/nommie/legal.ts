/** Why something cannot be done now, in words. Pure. */
import { cardName, suitName, suitOf } from "./cards";
import type { Bidding, Card, Seat, Table } from "./model";
import { nameOf, toAct } from "./seats";

/** What this seat waits for, or null when it may play a card now. */
function notNow(table: Table, seat: Seat): string | null {
  const { game, phase, turn_clock } = table.snapshot;
  if (phase.phase === "Bidding") return "the bidding is not over";
  if (phase.phase === "TrumpSelect") return "trumps are not chosen yet";
  if (phase.phase !== "Trick") return "the round is over";
  const acting = toAct(phase);
  if (acting === null) return "your card is on its way";
  if (acting !== seat) return `it is ${nameOf(game, acting)}’s turn`;
  return typeof turn_clock?.paused_ms === "number" ? "the game is paused" : null;
}

/** Why this seat cannot play the card now; null when it can. */
export function whyNotCard(table: Table, seat: Seat, card: Card): string | null {
  const waits = notNow(table, seat);
  if (waits) return waits;
  const { phase } = table.snapshot;
  const legal = table.viewer_legal;
  if (legal && "cards" in legal && legal.cards.includes(card)) return null;
  const led = phase.phase === "Trick" ? phase.data.current_trick[0] : undefined;
  return led ? `you must follow ${suitName(suitOf(led[1]))}` : "not now";
}

/** Why this bid is out; null when it is not. */
export function whyNotBid(table: Table, bidding: Bidding, bid: number): string | null {
  const legal = table.viewer_legal;
  if (legal && "bids" in legal && legal.bids.includes(bid)) return null;
  if (bid === 0 && table.bid_constraints?.zero_bid_locked) {
    return "you have bid 0 three rounds in a row";
  }
  return `the four bids may not sum to ${bidding.round.hand_size}`;
}

/** What a reader hears of a card in the own hand. */
export function cardLabel(card: Card, why: string | null): string {
  return `${cardName(card)}, ${why === null ? "playable" : `not playable: ${why}`}`;
}
