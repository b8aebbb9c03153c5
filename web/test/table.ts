/** A table for tests: seat 0 is Ann's, who looks; the others are Ben, Cy and Di. */
import type { Bidding, Header, Phase, Round, Seat, Table, Trick } from "../src/nommie/model";

const NAMES = ["Ann", "Ben", "Cy", "Di"] as const;

export function header(more: Partial<Header> = {}): Header {
  const seat = (number: Seat) => ({
    seat: number,
    user_id: `u${number}`,
    display_name: NAMES[number],
    is_ai: false,
    is_ready: true,
  });
  return {
    name: "Friday",
    round_no: 1,
    dealer: 0,
    seating: [seat(0), seat(1), seat(2), seat(3)],
    scores_total: [0, 0, 0, 0],
    host_seat: 0,
    ...more,
  };
}

export function round(more: Partial<Round> = {}): Round {
  return {
    hand_size: 3,
    leader: 1,
    bid_winner: null,
    trump: null,
    tricks_won: [0, 0, 0, 0],
    bids: [null, null, null, null],
    ...more,
  };
}

export function table(phase: Phase, more: Partial<Table> = {}, game: Partial<Header> = {}): Table {
  return {
    snapshot: { game: header(game), phase },
    viewer_hand: null,
    viewer_legal: null,
    ...more,
  };
}

export function bidding(more: Partial<Bidding> = {}): Phase & { phase: "Bidding" } {
  const bids = more.bids ?? [null, null, null, null];
  return {
    phase: "Bidding",
    data: {
      round: round({ bids }),
      to_act: 1,
      min_bid: 0,
      max_bid: 3,
      last_trick: null,
      ...more,
      bids,
    },
  };
}

const PLAYED = round({ bids: [1, 1, 1, 1], bid_winner: 1, trump: "HEARTS" });

export function trick(more: Partial<Trick> = {}): Phase & { phase: "Trick" } {
  return {
    phase: "Trick",
    data: {
      round: PLAYED,
      trick_no: 1,
      leader: 1,
      current_trick: [],
      to_act: 1,
      last_trick: null,
      ...more,
    },
  };
}

/** Ann's turn, who must follow hearts. */
export function annToPlay(): Table {
  const phase = trick({
    current_trick: [
      [1, "TH"],
      [2, "2H"],
      [3, "9C"],
    ],
    to_act: 0,
  });
  return table(phase, { viewer_hand: ["4C", "QH", "AS"], viewer_legal: { cards: ["QH"] } });
}
