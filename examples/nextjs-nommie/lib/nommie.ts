/** All of Nommie's shapes on the wire, and where its endpoints are. Runs on both sides. */
import { type Face, face } from "parlor-client/face";

/** Rank and suit: `TD` is the ten of diamonds. */
export type Card = string;
export type Trump = "CLUBS" | "DIAMONDS" | "HEARTS" | "SPADES" | "NO_TRUMPS";

/** A list with an entry for each of the four seats. */
export type Seats<T> = readonly [T, T, T, T];

export interface SeatPublic {
  readonly seat: number;
  readonly user_id: string | null;
  readonly display_name: string | null;
  readonly is_ai: boolean;
  readonly is_ready: boolean;
  readonly ai_profile?: { readonly name: string; readonly version: string };
  /** Whose seat it was, while a bot plays for them. */
  readonly original_user_id?: string;
}

export interface GameHeader {
  readonly name: string;
  /** 0 before the start. */
  readonly round_no: number;
  readonly dealer: number;
  readonly seating: Seats<SeatPublic>;
  readonly scores_total: Seats<number>;
  readonly host_seat: number;
  /** Only when the game is over. */
  readonly winners?: readonly number[];
}

export interface RoundPublic {
  readonly hand_size: number;
  readonly leader: number;
  readonly bid_winner: number | null;
  readonly trump: Trump | null;
  readonly tricks_won: Seats<number>;
  readonly bids: Seats<number | null>;
}

export type Played = readonly [seat: number, card: Card];

export type Phase =
  | { readonly phase: "Init" | "GameOver"; readonly data?: undefined }
  | {
      readonly phase: "Bidding";
      readonly data: {
        readonly round: RoundPublic;
        readonly to_act: number;
        readonly bids: Seats<number | null>;
        readonly min_bid: number;
        readonly max_bid: number;
        readonly last_trick: readonly Played[] | null;
        readonly previous_round?: {
          readonly round_no: number;
          readonly hand_size: number;
          readonly tricks_won: Seats<number>;
          readonly bids: Seats<number | null>;
        };
      };
    }
  | {
      readonly phase: "TrumpSelect";
      readonly data: {
        readonly round: RoundPublic;
        readonly to_act: number;
        readonly allowed_trumps: readonly Trump[];
        readonly last_trick: readonly Played[] | null;
      };
    }
  | {
      readonly phase: "Trick";
      readonly data: {
        readonly round: RoundPublic;
        /** From 1. */
        readonly trick_no: number;
        readonly leader: number;
        readonly current_trick: readonly Played[];
        readonly to_act: number;
        readonly last_trick: readonly Played[] | null;
      };
    }
  | {
      readonly phase: "Scoring";
      readonly data: { readonly round: RoundPublic; readonly round_scores: Seats<number> };
    }
  | { readonly phase: "Complete"; readonly data: { readonly round: RoundPublic } };

/** What the seat to act may do; nobody else is told. */
export type Legal =
  | { readonly bids: readonly number[] }
  | { readonly trumps: readonly Trump[] }
  | { readonly cards: readonly Card[] };

/** What one viewer may see: the body of `GET …/snapshot`, and `data` on the socket. */
export interface Envelope {
  readonly snapshot: { readonly game: GameHeader; readonly phase: Phase };
  /** Null when not seated, and before round 1. */
  readonly viewer_hand: readonly Card[] | null;
  readonly viewer_legal: Legal | null;
  readonly bid_constraints?: { readonly zero_bid_locked: boolean } | null;
  readonly lock_version: number;
}

/** A line of the list of games. */
export interface GameLine {
  readonly id: number;
  readonly name: string;
}

/** What a player may ask for; `do` is the end of its path. */
export type Command =
  | { readonly do: "join" }
  | { readonly do: "ready"; readonly is_ready: boolean }
  | { readonly do: "ai/add" }
  | { readonly do: "bid"; readonly bid: number }
  | { readonly do: "trump"; readonly trump: Trump }
  | { readonly do: "play"; readonly card: Card };

/** A legal move as a command and a word. */
export interface Move {
  readonly label: string;
  readonly command: Command;
}

export function movesOf(legal: Legal | null): readonly Move[] {
  if (!legal) return [];
  if ("bids" in legal)
    return legal.bids.map((bid) => ({ label: `Bid ${bid}`, command: { do: "bid", bid } }));
  if ("trumps" in legal)
    return legal.trumps.map((trump) => ({
      label: TRUMPS[trump],
      command: { do: "trump", trump },
    }));
  return legal.cards.map((card) => ({ label: nameOf(card), command: { do: "play", card } }));
}

export const TRUMPS: { readonly [trump in Trump]: string } = {
  CLUBS: "♣ Clubs",
  DIAMONDS: "♦ Diamonds",
  HEARTS: "♥ Hearts",
  SPADES: "♠ Spades",
  NO_TRUMPS: "No trumps",
};

const SUITS: { readonly [suit: string]: string } = { C: "♣", D: "♦", H: "♥", S: "♠" };

/** `TD` as people read it: `10♦`. */
export function nameOf(card: Card): string {
  const [rank, suit = ""] = card;
  return `${rank === "T" ? "10" : rank}${SUITS[suit] ?? suit}`;
}

/** The transports of one game; `sockets` is the address under which the browser reaches Parlor. */
export function nommie(id: string, sockets: string): Face {
  const game = `/api/games/${encodeURIComponent(id)}`;
  return face<Command>({
    socket: `${sockets}/ws/games/${encodeURIComponent(id)}`,
    // These go to this app, which has the login (app/api/games).
    snapshot: `${game}/snapshot`,
    command: ({ do: verb, ...body }) => ({ path: `${game}/${verb}`, body }),
  });
}
