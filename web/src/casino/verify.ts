/**
 * Checks the plays of a revealed seed: draws each of them again, and compares it with what the
 * history tells. Believes nothing of the history but what it is asked to check. Pure.
 */
import {
  commitmentOf,
  crashOf,
  gachaOf,
  handOf,
  isEpic,
  PITY,
  roundCommitment,
  type Source,
  slotOf,
} from "./draws";
import type { CrashEndResult, GachaResult, GameEvent, Revealed } from "./model";
import { bytesOfHex } from "./sha256";

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

/** The number of a play; null for the end of a crash round, which was drawn when it began. */
export function counterOf(event: GameEvent): number | null {
  const { counter } = event.result as { readonly counter?: number };
  return typeof counter === "number" ? counter : null;
}

/** The plays of each seed, oldest first: numbers begin anew with a new seed. */
export function bySeed(events: readonly GameEvent[]): readonly (readonly GameEvent[])[] {
  const seeds: GameEvent[][] = [];
  let last = Number.POSITIVE_INFINITY;
  for (const event of events) {
    const counter = counterOf(event);
    if (counter === null) continue;
    if (counter <= last) seeds.push([]);
    seeds.at(-1)?.push(event);
    last = counter;
  }
  return seeds;
}

/**
 * Checks a revealed seed against the history, oldest first; `whole` when nothing came before it. Which
 * plays are of this seed the history does not say: of those that can be, the ones that fit best.
 */
export function verify(
  { server_seed, commitment, client_seed, plays }: Revealed,
  events: readonly GameEvent[],
  whole: boolean,
): Report {
  const serverSeed = bytesOfHex(server_seed);
  const computed = serverSeed && commitmentOf(serverSeed);
  const seedOk = computed === commitment;
  let best: readonly Checked[] = [];
  if (serverSeed && plays > 0) {
    for (const group of bySeed(events)) {
      if (counterOf(group.at(-1) as GameEvent) !== plays - 1) continue;
      const checked = checkGroup(group, { serverSeed, clientSeed: client_seed }, events, whole);
      if (right(checked) >= right(best)) best = checked;
    }
  }
  const faults = best.filter((one) => one.fault !== null).length;
  const missing = plays - best.length;
  const ok = seedOk && faults === 0 && missing === 0;
  return { seedOk, computed, plays: best, missing, faults, ok };
}

function right(checked: readonly Checked[]): number {
  return checked.filter((one) => one.fault === null).length;
}

function checkGroup(
  group: readonly GameEvent[],
  seeds: Omit<Source, "counter">,
  events: readonly GameEvent[],
  whole: boolean,
): readonly Checked[] {
  // What was pulled is carried from play to play as it is drawn, not as it is told.
  let pity: number | null = null;
  return group.map((event) => {
    const counter = counterOf(event) ?? 0;
    const source = { ...seeds, counter };
    if (event.game_type === "gacha") {
      pity ??= pityBefore(event, source, events, whole);
      const again = gachaOf(source, event.result.pull_count, pity);
      pity = again.pity;
      return checkGacha(event, counter, again);
    }
    return checkOne(event, counter, source, events);
  });
}

function checkOne(
  event: Exclude<GameEvent, { readonly game_type: "gacha" }>,
  counter: number,
  source: Source,
  events: readonly GameEvent[],
): Checked {
  const { bet } = event;
  switch (event.game_type) {
    case "slot": {
      const { reels, multiplier, win_amount } = event.result;
      const [drawn, told] = [slotOf(source).join(" "), (reels[0] ?? []).join(" ")];
      const paid = win_amount === Math.floor(bet * multiplier);
      const fault = drawn !== told ? "other reels" : paid ? null : "not paid as it says";
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

function checkGacha(
  event: Extract<GameEvent, { readonly game_type: "gacha" }>,
  counter: number,
  again: ReturnType<typeof gachaOf>,
): Checked {
  const words = (items: GachaResult["items"]) =>
    items.map((item) => `${item.name} (${item.rarity})`).join(", ");
  const [drawn, told] = [words(again.items), words(event.result.items)];
  const fault =
    drawn !== told ? "other items" : again.pity === event.result.pity ? null : "another pity";
  return { event, counter, drawn, told, fault };
}

function checkCrash(
  event: Extract<GameEvent, { readonly game_type: "crash" }>,
  counter: number,
  point: number,
  events: readonly GameEvent[],
): Checked {
  const { game_id, commitment } = event.result;
  const end = endOf(game_id, events);
  const drawn = `${(point / 100).toFixed(2)}×`;
  // A seed is not revealed while a round rests on it.
  if (!end) return { event, counter, drawn, told: "not over", fault: "its end is missing" };
  const told = `${end.result.crash_point.toFixed(2)}×`;
  return { event, counter, drawn, told, fault: crashFault(point, commitment, end) };
}

type CrashEnd = Extract<GameEvent, { readonly game_type: "crash" }> & {
  readonly result: CrashEndResult;
};

function endOf(game: number, events: readonly GameEvent[]): CrashEnd | undefined {
  return events.find(
    (event): event is CrashEnd =>
      event.game_type === "crash" && event.result.game_id === game && event.result.phase !== "bet",
  );
}

function crashFault(point: number, committed: string, { bet, result }: CrashEnd): string | null {
  const told = Math.round(result.crash_point * 100);
  if (told !== point) return "another point";
  const opened = roundCommitment(result.game_id, told, result.salt);
  if (opened !== committed || opened !== result.commitment) return "not what was committed to";
  const times = result.multiplier === null ? 0 : Math.round(result.multiplier * 100);
  if (times > point) return "cashed out after the crash";
  const win = (BigInt(bet) * BigInt(times)) / 100n;
  return win === BigInt(result.win_amount) ? null : "not paid as it says";
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
