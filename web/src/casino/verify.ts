/**
 * Checks the plays of a revealed seed: draws each of them again, and compares it with what the
 * history tells. Believes nothing of the history but what it is asked to check. Pure.
 */
import {
  commitmentOf,
  crashOf,
  gachaOf,
  halvesOf,
  handOf,
  isEpic,
  MOST,
  PITY,
  priceOf,
  roundCommitment,
  type Source,
  slotOf,
} from "./draws";
import type { CrashBetResult, CrashEndResult, GachaResult, GameEvent, Revealed } from "./model";
import { bytesOfHex } from "./sha256";

/** By so much of its commitment a play names its seed. */
const SEED_NAME = 16;

/** One play, drawn again. */
export interface Checked {
  readonly event: GameEvent;
  readonly counter: number;
  /** What the seeds say. */
  readonly drawn: string;
  /** What the history says. */
  readonly told: string;
  /** What is wrong; null when nothing is. */
  readonly fault: string | null;
}

export interface Report {
  /** The server seed opens the commitment. */
  readonly seedOk: boolean;
  /** SHA-256 of the server seed; null when it is no seed at all. */
  readonly computed: string | null;
  /** In the order of their numbers. */
  readonly plays: readonly Checked[];
  /** Plays of this seed that the history leaves out: what is hidden cannot be checked. */
  readonly missing: number;
  readonly faults: number;
  readonly ok: boolean;
}

/** A play with a number: all but the end of a crash round, which was drawn when it began. */
type Drawn = Exclude<GameEvent, Crash> | CrashBet;
type Crash = Extract<GameEvent, { readonly game_type: "crash" }>;
type CrashBet = Crash & { readonly result: CrashBetResult };
type CrashEnd = Crash & { readonly result: CrashEndResult };

/** The plays of a seed, by their numbers. */
export function playsOf(commitment: string, events: readonly GameEvent[]): readonly Drawn[] {
  const name = commitment.slice(0, SEED_NAME);
  const plays = events.filter(
    (event): event is Drawn => "counter" in event.result && event.result.seed === name,
  );
  return plays.sort((one, other) => one.result.counter - other.result.counter);
}

/** Checks a revealed seed against the history, oldest first; `whole` when nothing came before it. */
export function verify(
  { server_seed, commitment, client_seed, plays }: Revealed,
  events: readonly GameEvent[],
  whole: boolean,
): Report {
  const serverSeed = bytesOfHex(server_seed);
  const computed = serverSeed && commitmentOf(serverSeed);
  const seedOk = computed === commitment;
  const told = playsOf(commitment, events);
  const seeds = serverSeed && { serverSeed, clientSeed: client_seed };
  const checked = seeds ? checkAll(told, { seeds, plays, events, whole }) : [];
  const faults = checked.filter((one) => one.fault !== null).length;
  const known = new Set(checked.map(({ counter }) => counter).filter((one) => one < plays));
  const missing = plays - known.size;
  const ok = seedOk && faults === 0 && missing === 0;
  return { seedOk, computed, plays: checked, missing, faults, ok };
}

interface Ground {
  readonly seeds: Omit<Source, "counter">;
  /** How many the seed was used for. */
  readonly plays: number;
  readonly events: readonly GameEvent[];
  readonly whole: boolean;
}

function checkAll(told: readonly Drawn[], ground: Ground): readonly Checked[] {
  const { seeds, plays, events, whole } = ground;
  // What was pulled is carried from play to play as it is drawn, not as it is told.
  let pity: number | null = null;
  let last = -1;
  return told.map((event) => {
    const { counter } = event.result;
    const source = { ...seeds, counter };
    const misplaced =
      counter === last ? "told twice" : counter >= plays ? "after the last play" : null;
    last = counter;
    let checked: Checked;
    if (event.game_type === "gacha") {
      pity ??= pityBefore(event, source, events, whole);
      const again = gachaOf(source, event.result.pull_count, pity);
      pity = again.pity;
      checked = checkGacha(event, counter, again);
    } else {
      checked = checkOne(event, counter, source, events);
    }
    return misplaced === null ? checked : { ...checked, fault: misplaced };
  });
}

function checkOne(
  event: Exclude<Drawn, { readonly game_type: "gacha" }>,
  counter: number,
  source: Source,
  events: readonly GameEvent[],
): Checked {
  const { bet } = event;
  switch (event.game_type) {
    case "slot": {
      const { reels, paytable, multiplier, win_amount } = event.result;
      const again = slotOf(source);
      const [drawn, told] = [again.join(" "), (reels[0] ?? []).join(" ")];
      const halves = halvesOf(paytable, again);
      const paid = halves === 2 * multiplier && tokens(bet, halves, 2) === win_amount;
      const fault = drawn !== told ? "other reels" : paid ? null : "not paid by its paytable";
      return { event, counter, drawn, told, fault };
    }
    case "rps": {
      const { player_choice, computer_choice, result, win_amount } = event.result;
      const drawn = handOf(source);
      const should = outcomeOfHands(player_choice, drawn);
      const pays = { win: 2 * bet, draw: bet, lose: 0 }[should];
      const fault =
        drawn !== computer_choice
          ? "another hand"
          : should === result && pays === win_amount
            ? null
            : "not paid as it says";
      return { event, counter, drawn, told: computer_choice, fault };
    }
    default:
      return checkCrash(event, counter, crashOf(source), events);
  }
}

/** What a bet brings, cut to whole tokens. */
function tokens(bet: number, parts: number, of: number): number {
  if (!Number.isSafeInteger(bet) || !Number.isSafeInteger(parts)) return Number.NaN;
  return Number((BigInt(bet) * BigInt(parts)) / BigInt(of));
}

function checkGacha(
  event: Extract<GameEvent, { readonly game_type: "gacha" }>,
  counter: number,
  again: ReturnType<typeof gachaOf>,
): Checked {
  const words = (items: GachaResult["items"]) =>
    items.map((item) => `${item.name} (${item.rarity})`).join(", ");
  const [drawn, told] = [words(again.items), words(event.result.items)];
  const { pity, pull_count } = event.result;
  const fault =
    drawn !== told
      ? "other items"
      : again.pity !== pity
        ? "another pity"
        : priceOf(pull_count) === event.bet
          ? null
          : "another price";
  return { event, counter, drawn, told, fault };
}

function checkCrash(
  event: CrashBet,
  counter: number,
  point: number,
  events: readonly GameEvent[],
): Checked {
  const end = endOf(event.result.game_id, events);
  const drawn = `${(point / 100).toFixed(2)}×`;
  // A seed is not revealed while a round rests on it.
  if (!end) return { event, counter, drawn, told: "not over", fault: "its end is missing" };
  const told = `${end.result.crash_point.toFixed(2)}×`;
  return { event, counter, drawn, told, fault: crashFault(point, event, end) };
}

function endOf(game: number, events: readonly GameEvent[]): CrashEnd | undefined {
  return events.find(
    (event): event is CrashEnd =>
      event.game_type === "crash" && event.result.game_id === game && event.result.phase !== "bet",
  );
}

function crashFault(point: number, begin: CrashBet, { bet, result }: CrashEnd): string | null {
  const told = Math.round(result.crash_point * 100);
  if (told !== point) return "another point";
  const opened = roundCommitment(result.game_id, told, result.salt);
  if (opened !== begin.result.commitment || opened !== result.commitment) {
    return "not what was committed to";
  }
  if (bet !== begin.bet) return "ends with another bet";
  const times = result.multiplier === null ? null : Math.round(result.multiplier * 100);
  if (times !== null && times > point) return "cashed out after the crash";
  const auto = Math.round((begin.result.auto_cashout_multiplier ?? Number.NaN) * 100);
  const due = auto <= point ? auto : point === MOST ? MOST : null;
  if (due !== null && (times === null || times > due)) return "not cashed out when it was due";
  return tokens(bet, times ?? 0, 100) === result.win_amount ? null : "not paid as it says";
}

/** The commitment of one crash round, by itself: it can be checked as soon as the round is over. */
export function verifyRound(result: CrashEndResult): boolean {
  const point = Math.round(result.crash_point * 100);
  return roundCommitment(result.game_id, point, result.salt) === result.commitment;
}

/** Pulls since the last Epic before this play. */
function pityBefore(
  event: Extract<GameEvent, { readonly game_type: "gacha" }>,
  source: Source,
  events: readonly GameEvent[],
  whole: boolean,
): number {
  const before = events
    .slice(0, events.indexOf(event))
    .findLast((one) => one.game_type === "gacha");
  if (before?.game_type === "gacha") return before.result.pity;
  if (whole) return 0;
  // The history does not go back that far. The play tells by itself, or it made no difference.
  const { pull_count, items, pity } = event.result;
  if (!items.some((item) => isEpic(item.rarity))) return Math.max(0, pity - pull_count);
  const told = JSON.stringify(items.map((item) => item.name));
  for (let guess = 0; guess < PITY; guess += 1) {
    const names = gachaOf(source, pull_count, guess).items.map((item) => item.name);
    if (JSON.stringify(names) === told) return guess;
  }
  return 0;
}

function outcomeOfHands(player: string, house: string): "win" | "lose" | "draw" {
  const beats: { readonly [hand: string]: string } = {
    rock: "scissors",
    paper: "rock",
    scissors: "paper",
  };
  return player === house ? "draw" : beats[player] === house ? "win" : "lose";
}
