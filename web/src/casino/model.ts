/** What the casino's endpoints and streams say, as it is spelled. Types, and what is read off them. */
import type { Hand, Item, Paytable, Reel } from "./draws";

export const GAMES = ["slot", "rps", "gacha", "crash"] as const;
export type GameType = (typeof GAMES)[number];

/** Which play it is, and of which seed. */
export interface Numbered {
  readonly counter: number;
  /** How the commitment of the server seed begins. */
  readonly seed: string;
}

export interface SlotResult extends Numbered {
  readonly reels: readonly (readonly Reel[])[];
  readonly win_amount: number;
  readonly multiplier: number;
  readonly is_jackpot: boolean;
  readonly paytable: Paytable;
}

export interface RpsResult extends Numbered {
  readonly player_choice: Hand;
  readonly computer_choice: Hand;
  readonly result: "win" | "lose" | "draw";
  readonly win_amount: number;
}

export interface GachaResult extends Numbered {
  readonly items: readonly Item[];
  readonly rare_item_count: number;
  readonly ultra_rare_item_count: number;
  readonly pull_count: number;
  readonly pity: number;
}

export interface CrashBetResult extends Numbered {
  readonly phase: "bet";
  readonly game_id: number;
  /** Milliseconds since 1970. */
  readonly started_at: number;
  readonly commitment: string;
  readonly auto_cashout_multiplier: number | null;
}

export interface CrashEndResult {
  readonly phase: "cashed_out" | "crashed";
  readonly game_id: number;
  readonly multiplier: number | null;
  readonly win_amount: number;
  readonly crash_point: number;
  readonly salt: string;
  readonly commitment: string;
}

/** A user id as the server spells it: a number for its own users. */
export type UserId = number | string;

interface EventOf<Game extends GameType, Result> {
  readonly type: "game_event";
  readonly schema?: number;
  /** A position in the stream. */
  readonly id: string;
  readonly game_type: Game;
  readonly user_id: UserId;
  readonly bet: number;
  readonly result: Result;
  /** RFC 3339, UTC. */
  readonly ts: string;
}

/** A play, or one end of a crash round. */
export type GameEvent =
  | EventOf<"slot", SlotResult>
  | EventOf<"rps", RpsResult>
  | EventOf<"gacha", GachaResult>
  | EventOf<"crash", CrashBetResult | CrashEndResult>;

/** The balance has changed: by a play, or (`reward`) as a gift. */
export interface BalanceEvent {
  readonly type: "balance" | "reward";
  readonly id: string;
  readonly user_id: UserId;
  readonly delta: number;
  readonly balance: number;
  readonly ts: string;
}

export interface Ack {
  readonly type: "ws_ack";
  readonly user_id: UserId;
  readonly gap?: boolean;
}

/** Every message of the user stream. */
export type UserMessage = Ack | GameEvent | BalanceEvent | RotationEvent;

export interface Fairness {
  /** SHA-256 of the server seed in use, and of the one after it. */
  readonly commitment: string;
  readonly next_commitment: string;
  readonly client_seed: string;
  /** Number of the next play. */
  readonly counter: number;
}

export interface Revealed {
  readonly server_seed: string;
  readonly commitment: string;
  readonly client_seed: string;
  /** How many plays were drawn from it: their numbers are below. */
  readonly plays: number;
}

export interface Rotation extends Fairness {
  readonly revealed: Revealed;
}

/** A seed was revealed, in whichever window. */
export interface RotationEvent extends Rotation {
  readonly type: "fairness";
  readonly id: string;
  readonly user_id: UserId;
  readonly ts: string;
}

/** A crash round that is open. */
export interface Round {
  readonly game_id: number;
  readonly bet_amount: number;
  readonly started_at: number;
  readonly commitment: string;
  readonly auto_cashout_multiplier: number | null;
}

export interface Me {
  readonly id: UserId;
  readonly nickname: string;
  readonly role: string;
  readonly balance: number;
  readonly streak: number;
  readonly pity: number;
  readonly fairness: Fairness;
  readonly crash: Round | null;
  /** The server's time in milliseconds. */
  readonly now: number;
}

export interface HistoryPage {
  /** Oldest first. */
  readonly events: readonly GameEvent[];
  readonly more: boolean;
}

/** The answer to any play. */
export interface Answer {
  readonly balance: number;
  readonly message?: string;
}

export interface BetAnswer extends Answer {
  readonly game_id: number;
  readonly bet_amount: number;
  readonly started_at: number;
  readonly commitment: string;
}

export interface CashoutAnswer extends Answer {
  readonly multiplier: number | null;
  readonly win_amount: number;
}

export interface Odds {
  readonly game: GameType;
  /** null where nothing but items is won. */
  readonly return_to_player: number | null;
  readonly hit_rate: number | null;
  readonly table: unknown;
  readonly method: string;
}

/** How a play ended for the one who played; a crash round that has begun is open. */
export type Outcome = "won" | "lost" | "even" | "open";

/** Tokens that came back with this event. */
export function payoutOf(event: GameEvent): number {
  const { result } = event;
  return "win_amount" in result ? result.win_amount : 0;
}

/** Whether somebody has played: the end of a crash round is none, its bet was. */
export function isPlay(event: GameEvent): boolean {
  return event.game_type !== "crash" || event.result.phase === "bet";
}

/** Tokens that were put in with this event: a round that ends was paid when it began. */
export function stakeOf(event: GameEvent): number {
  return isPlay(event) ? event.bet : 0;
}

/** A pull wins items: it counts as won when one of them is Epic or better. */
export function outcomeOf(event: GameEvent): Outcome {
  if (event.game_type === "crash" && event.result.phase === "bet") return "open";
  if (event.game_type === "gacha") return event.result.ultra_rare_item_count > 0 ? "won" : "lost";
  const payout = payoutOf(event);
  return payout > event.bet ? "won" : payout < event.bet ? "lost" : "even";
}

/** Whether a message is a play; what is not known is passed over. */
export function isGameEvent(message: { readonly type?: unknown }): message is GameEvent {
  const { game_type } = message as { readonly game_type?: unknown };
  return message.type === "game_event" && GAMES.includes(game_type as GameType);
}
