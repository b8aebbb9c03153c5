/**
 * Checks the plays of a revealed seed: draws each of them again, and compares it with what the
 * history tells. Believes nothing of the history but what it is asked to check. Pure.
 */
import {
  commitmentOf,
  crashOf,
  gachaOf,
  type Hand,
  halvesOf,
  handOf,
  isEpic,
  MOST,
  PITY,
  priceOf,
  type Reel,
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
  /** Its number; what is not drawn from the seeds has none. */
  readonly counter: number | null;
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
  /** In the order in which they were told, with what stands among them and should not. */
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

/** Whether this is the first play of a seed. */
export function isFirstOf(commitment: string, { result }: GameEvent): boolean {
  return "counter" in result && result.counter === 0 && commitment.startsWith(result.seed);
}

/**
 * Checks a revealed seed against the history, oldest first; `whole` when nothing came before it.
 *
 * From the first play of a seed to the last one and the end of its round, nothing else may be told: a
 * stake that is drawn from nothing is taken without a draw.
 */
export function verify(revealed: Revealed, events: readonly GameEvent[], whole: boolean): Report {
  const serverSeed = bytesOfHex(revealed.server_seed);
  const computed = serverSeed && commitmentOf(serverSeed);
  const seedOk = computed === revealed.commitment;
  const walk = new Walk(revealed, serverSeed ?? new Uint8Array(), whole);
  if (serverSeed) for (const event of events) walk.take(event);
  const { checked, missing } = walk.end();
  const faults = checked.filter((one) => one.fault !== null).length;
  const ok = seedOk && faults === 0 && missing === 0;
  return { seedOk, computed, plays: checked, missing, faults, ok };
}

interface Round {
  readonly bet: CrashBet;
  readonly point: number;
  /** Its place in what was checked. */
  readonly at: number;
  over: boolean;
}

/** Goes through what was told. */
class Walk {
  readonly #revealed: Revealed;
  readonly #seeds: Omit<Source, "counter">;
  readonly #whole: boolean;
  readonly #name: string;
  readonly #checked: Checked[] = [];
  /** What was told since the seed's last play: only another one makes it stand among them. */
  #strangers: Checked[] = [];
  readonly #rounds = new Map<number, Round>();
  #begun = false;
  /** The least number that the next play can have, and how many of them were told. */
  #next = 0;
  #known = 0;
  /** Pulls since the last Epic, as they are drawn; before the seed's own, as they are told. */
  #pity: number | null = null;
  /** Of the first spin. */
  #paytable: unknown;

  constructor(revealed: Revealed, serverSeed: Uint8Array, whole: boolean) {
    this.#revealed = revealed;
    this.#seeds = { serverSeed, clientSeed: revealed.client_seed };
    this.#whole = whole;
    this.#name = revealed.commitment.slice(0, SEED_NAME);
  }

  take(event: GameEvent): void {
    const { counter, seed, crash_point } = event.result as {
      readonly counter?: unknown;
      readonly seed?: unknown;
      readonly crash_point?: unknown;
    };
    if (typeof seed === "string" && Number.isSafeInteger(counter)) {
      if (seed === this.#name) this.#draw(event as Drawn);
      else if (this.#begun) this.#strangers.push(strange(event, "of another seed"));
      else if (event.game_type === "gacha") this.#pity = event.result.pity;
    } else if (event.game_type === "crash" && crash_point !== undefined) {
      this.#endOfRound(event as CrashEnd);
    } else {
      this.#checked.push(strange(event, "names no seed"));
    }
  }

  end(): { readonly checked: readonly Checked[]; readonly missing: number } {
    for (const { at, over } of this.#rounds.values()) {
      // A seed is not revealed while a round rests on it.
      if (!over) this.#blame(at, "its end is missing", "not over");
    }
    return { checked: this.#checked, missing: Math.max(0, this.#revealed.plays - this.#known) };
  }

  #draw(event: Drawn): void {
    this.#begun = true;
    this.#adopt();
    const { counter } = event.result;
    const source = { ...this.#seeds, counter };
    const misplaced = this.#misplaced(counter);
    let checked: Checked;
    if (event.game_type === "gacha") {
      const pity = this.#pity ?? pityBefore(event, source, this.#whole);
      const again = gachaOf(source, event.result.pull_count, pity);
      this.#pity = again.pity;
      checked = checkGacha(event, counter, again);
    } else if (event.game_type === "crash") {
      const point = crashOf(source);
      const round = { bet: event, point, at: this.#checked.length, over: false };
      this.#rounds.set(event.result.game_id, round);
      checked = { event, counter, drawn: times(point), told: "", fault: null };
    } else if (event.game_type === "slot") {
      this.#paytable ??= event.result.paytable;
      checked = checkSlot(event, counter, slotOf(source), this.#paytable);
    } else {
      checked = checkHand(event, counter, handOf(source));
    }
    this.#checked.push(misplaced === null ? checked : { ...checked, fault: misplaced });
  }

  #misplaced(counter: number): string | null {
    if (counter >= this.#revealed.plays) return "after the last play";
    if (counter < this.#next) return "its number was before";
    this.#next = counter + 1;
    this.#known += 1;
    return null;
  }

  /** What is wrong with it shows at its bet. */
  #endOfRound(event: CrashEnd): void {
    const round = this.#rounds.get(event.result.game_id);
    if (round) {
      const fault = round.over ? "ends twice" : crashFault(round.point, round.bet, event);
      round.over = true;
      this.#blame(round.at, fault, `${event.result.crash_point.toFixed(2)}×`);
      // No round of the seed may be open when another seed follows.
      this.#adopt();
    } else if (this.#begun) {
      this.#strangers.push(strange(event, "the end of no round of this seed"));
    }
  }

  #adopt(): void {
    this.#checked.push(...this.#strangers);
    this.#strangers = [];
  }

  #blame(at: number, fault: string | null, told: string): void {
    const before = this.#checked[at] as Checked;
    this.#checked[at] = { ...before, told, fault: before.fault ?? fault };
  }
}

function strange(event: GameEvent, fault: string): Checked {
  return { event, counter: null, drawn: "nothing", told: "a play", fault };
}

function times(hundredths: number): string {
  return `${(hundredths / 100).toFixed(2)}×`;
}

function checkSlot(
  event: Extract<GameEvent, { readonly game_type: "slot" }>,
  counter: number,
  again: readonly Reel[],
  table: unknown,
): Checked {
  const { reels, paytable, multiplier, win_amount, is_jackpot } = event.result;
  const [drawn, told] = [again.join(" "), (reels[0] ?? []).join(" ")];
  const halves = halvesOf(paytable, again);
  const jackpot = again.every((sign) => sign === "7️⃣");
  const paid = halves === 2 * multiplier && tokens(event.bet, halves, 2) === win_amount;
  const fault =
    drawn !== told
      ? "other reels"
      : paytable !== table
        ? "paid by another table"
        : paid && is_jackpot === jackpot
          ? null
          : "not paid by its paytable";
  return { event, counter, drawn, told, fault };
}

function checkHand(
  event: Extract<GameEvent, { readonly game_type: "rps" }>,
  counter: number,
  drawn: Hand,
): Checked {
  const { player_choice, computer_choice, result, win_amount } = event.result;
  const should = outcomeOfHands(player_choice, drawn);
  const pays = tokens(event.bet, { win: 2, draw: 1, lose: 0 }[should], 1);
  const fault =
    drawn !== computer_choice
      ? "another hand"
      : should === result && pays === win_amount
        ? null
        : "not paid as it says";
  return { event, counter, drawn, told: computer_choice, fault };
}

/** What a bet brings, cut to whole tokens. */
function tokens(bet: number, parts: number, of: number): number {
  if (!Number.isSafeInteger(bet) || bet < 1 || !Number.isSafeInteger(parts)) return Number.NaN;
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

/** Pulls since the last Epic before the first pull that is known. */
function pityBefore(
  event: Extract<GameEvent, { readonly game_type: "gacha" }>,
  source: Source,
  whole: boolean,
): number {
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
