/** A table as the server shows it, and the commands it takes. Shapes only; see docs/PROTOCOL.md. */

export type Seat = 0 | 1 | 2 | 3;
export const SEATS: readonly Seat[] = [0, 1, 2, 3];
export type PerSeat<Value> = readonly [Value, Value, Value, Value];

/** Rank and suit, such as `TD`. */
export type Card = string;
export type Suit = "C" | "D" | "H" | "S";
export type Trump = "CLUBS" | "DIAMONDS" | "HEARTS" | "SPADES" | "NO_TRUMPS";
export type Profile = "heuristic" | "random";

/** Who played which card. */
export type Played = readonly [seat: Seat, card: Card];

export interface SeatView {
  readonly seat: Seat;
  readonly user_id: string | null;
  readonly display_name: string | null;
  readonly is_ai: boolean;
  readonly is_ready: boolean;
  readonly ai_profile?: { readonly name: Profile; readonly version: string };
  /** Who may take the seat back from the bot. */
  readonly original_user_id?: string;
}

export interface Header {
  readonly name: string;
  /** 0 before the start. */
  readonly round_no: number;
  readonly dealer: Seat;
  readonly seating: PerSeat<SeatView>;
  readonly scores_total: PerSeat<number>;
  readonly host_seat: Seat;
  readonly winners?: readonly Seat[];
}

export interface Round {
  readonly hand_size: number;
  readonly leader: Seat;
  readonly bid_winner: Seat | null;
  readonly trump: Trump | null;
  readonly tricks_won: PerSeat<number>;
  readonly bids: PerSeat<number | null>;
}

interface Turn {
  /** null only while the page shows a move of its own that the server has not answered. */
  readonly to_act: Seat | null;
  readonly last_trick: readonly Played[] | null;
  readonly round: Round;
}

export interface Bidding extends Turn {
  readonly bids: PerSeat<number | null>;
  readonly min_bid: number;
  readonly max_bid: number;
  readonly previous_round?: {
    readonly round_no: number;
    readonly hand_size: number;
    readonly tricks_won: PerSeat<number>;
    readonly bids: PerSeat<number>;
  };
}

export interface TrumpSelect extends Turn {
  readonly allowed_trumps: readonly Trump[];
}

export interface Trick extends Turn {
  /** From 1. */
  readonly trick_no: number;
  readonly leader: Seat;
  readonly current_trick: readonly Played[];
}

export interface Scoring {
  readonly round: Round;
  readonly round_scores: PerSeat<number>;
  readonly last_trick: readonly Played[] | null;
}

export type Phase =
  | { readonly phase: "Init" }
  | { readonly phase: "Bidding"; readonly data: Bidding }
  | { readonly phase: "TrumpSelect"; readonly data: TrumpSelect }
  | { readonly phase: "Trick"; readonly data: Trick }
  | { readonly phase: "Scoring"; readonly data: Scoring }
  | { readonly phase: "Complete"; readonly data: { readonly round: Round } }
  | { readonly phase: "GameOver" };

export interface TurnTime {
  readonly kind: "fixed" | "increment";
  /** Of each turn (`fixed`), or what a seat has at the start (`increment`). */
  readonly seconds: number;
  readonly increment: number;
  readonly grace_seconds: number;
}

export interface TurnClock extends TurnTime {
  readonly seat: Seat | null;
  /** By the server's clock, in milliseconds since 1970; null while it is paused. */
  readonly deadline: number | null;
  readonly left_ms: readonly number[];
  readonly paused_ms: number | null;
  /** Seats that ask for a pause, or to keep it. */
  readonly pause_asked: readonly Seat[];
  /** Seats whose last connection has dropped. */
  readonly away: readonly Seat[];
}

export type Legal =
  | { readonly bids: readonly number[] }
  | { readonly trumps: readonly Trump[] }
  | { readonly cards: readonly Card[] };

/** What this viewer sees. */
export interface Table {
  readonly snapshot: {
    readonly game: Header;
    readonly phase: Phase;
    readonly turn_clock?: TurnClock;
  };
  readonly viewer_hand: readonly Card[] | null;
  readonly viewer_legal: Legal | null;
  readonly bid_constraints?: { readonly zero_bid_locked: boolean };
}

/** What only the seat whose turn it is may do. */
export type Move =
  | { readonly do: "bid"; readonly bid: number }
  | { readonly do: "trump"; readonly trump: Trump }
  | { readonly do: "play"; readonly card: Card };

export type Command =
  | Move
  | { readonly do: "join"; readonly player?: string }
  | { readonly do: "rejoin"; readonly player?: string }
  | { readonly do: "leave" }
  | { readonly do: "ready"; readonly is_ready: boolean }
  | { readonly do: "add_bot"; readonly seat: Seat; readonly profile?: Profile }
  | { readonly do: "update_bot"; readonly seat: Seat; readonly profile: Profile }
  | { readonly do: "remove_bot"; readonly seat: Seat }
  | { readonly do: "remove_player"; readonly seat: Seat }
  | { readonly do: "rename"; readonly name: string }
  | { readonly do: "pause"; readonly pause: boolean };

/** A round that is over. */
export interface HistoryRound {
  readonly round_no: number;
  readonly hand_size: number;
  readonly dealer: Seat;
  readonly bids: PerSeat<number>;
  readonly trump: Trump;
  readonly trump_by: Seat;
  readonly tricks_won: PerSeat<number>;
  readonly round_scores: PerSeat<number>;
  readonly scores_total: PerSeat<number>;
}

/** Rounds of a game. */
export const ROUNDS = 26;

/** Longest name of a table, in characters: the server's limit. */
export const NAME_LENGTH = 255;
