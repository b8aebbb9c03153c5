/**
 * What a page knows of a wallet, put together from the stream, from answers and from what was
 * fetched; each play once, whichever way it comes first. Pure.
 *
 * The stream tells every change with the balance after it, in order: its word counts. What was asked
 * for may be older than what the stream has told since, so whoever asks notes how much was `told`.
 */
import {
  type BalanceEvent,
  type CrashEndResult,
  type Fairness,
  type GameEvent,
  type HistoryPage,
  isGameEvent,
  type Me,
  outcomeOf,
  type Rotation,
  type Round,
  type SlotResult,
  type UserMessage,
} from "./model";

export interface Ledger {
  readonly me: Me | null;
  readonly balance: number | null;
  /** What plays are drawn from now. */
  readonly fairness: Fairness | null;
  /** Plays, oldest first. */
  readonly events: readonly GameEvent[];
  /** There are older ones, which were not fetched. */
  readonly more: boolean;
  /** The history has been fetched since the last gap. */
  readonly loaded: boolean;
  readonly round: Round | null;
  /** Rounds that are over: an answer that comes late does not open them again. */
  readonly over: ReadonlySet<number>;
  /** Id of the last event of the stream: where a new connection goes on. */
  readonly position: string | null;
  /** How many events of the stream have told a balance, a crash round, the seeds. */
  readonly told: Told;
  /** How often the stream has lost events. */
  readonly gaps: number;
}

export interface Told {
  readonly balances: number;
  readonly rounds: number;
  readonly seeds: number;
}

export const EMPTY: Ledger = {
  me: null,
  balance: null,
  fairness: null,
  events: [],
  more: false,
  loaded: false,
  round: null,
  over: new Set(),
  position: null,
  told: { balances: 0, rounds: 0, seeds: 0 },
  gaps: 0,
};

/** A message of the stream. */
export function heard(ledger: Ledger, message: UserMessage): Ledger {
  if (isGameEvent(message)) return withPlay(ledger, message);
  if (message.type === "balance" || message.type === "reward") return withBalance(ledger, message);
  if (message.type === "fairness") return rotated({ ...ledger, position: message.id }, message);
  if (message.type === "ws_ack" && message.gap) {
    return { ...ledger, events: [], loaded: false, more: false, gaps: ledger.gaps + 1 };
  }
  return ledger;
}

function withPlay(before: Ledger, event: GameEvent): Ledger {
  if (before.events.some(({ id }) => id === event.id)) return before;
  const events = [...before.events, event];
  const ledger = counted({ ...before, events, position: event.id }, event);
  if (event.game_type !== "crash") return ledger;
  const told = { ...ledger.told, rounds: ledger.told.rounds + 1 };
  const { result } = event;
  if (result.phase !== "bet") return closed({ ...ledger, told }, result.game_id);
  const { game_id, started_at, commitment, auto_cashout_multiplier } = result;
  const round = { game_id, bet_amount: event.bet, started_at, commitment, auto_cashout_multiplier };
  return opened({ ...ledger, told }, round);
}

/** The number of the next play follows from that of this one. */
function counted(ledger: Ledger, { result }: GameEvent): Ledger {
  if (!("counter" in result)) return ledger;
  const counter = result.counter + 1;
  const ours = ledger.fairness?.commitment.startsWith(result.seed);
  const fairness = ours && ledger.fairness ? { ...ledger.fairness, counter } : ledger.fairness;
  return { ...ledger, fairness, told: { ...ledger.told, seeds: ledger.told.seeds + 1 } };
}

/** Other seeds count from now on. */
export function rotated(ledger: Ledger, rotation: Rotation): Ledger {
  const { commitment, next_commitment, client_seed, counter } = rotation;
  const fairness = { commitment, next_commitment, client_seed, counter };
  return { ...ledger, fairness, told: { ...ledger.told, seeds: ledger.told.seeds + 1 } };
}

function withBalance(ledger: Ledger, { id, balance }: BalanceEvent): Ledger {
  const told = { ...ledger.told, balances: ledger.told.balances + 1 };
  return { ...ledger, balance, position: id, told };
}

/** What the server said of the wallet; `asked` is what was told when it was asked. */
export function fetched(ledger: Ledger, me: Me, asked: Told): Ledger {
  const balance = ledger.told.balances === asked.balances ? me.balance : ledger.balance;
  const same = ledger.fairness === null || ledger.told.seeds === asked.seeds;
  const known = { ...ledger, me, balance, fairness: same ? me.fairness : ledger.fairness };
  if (ledger.told.rounds !== asked.rounds) return known;
  return me.crash ? opened(known, me.crash) : { ...known, round: null };
}

/** The answer to a play of this page: its event comes by the stream, before or after. */
export function answered(ledger: Ledger, balance: number, asked: Told): Ledger {
  return ledger.told.balances === asked.balances ? { ...ledger, balance } : ledger;
}

/** A round of this page has begun, by its answer. */
export function opened(ledger: Ledger, round: Round): Ledger {
  return ledger.over.has(round.game_id) ? ledger : { ...ledger, round };
}

/** A round is over, by its answer or its event. */
export function closed(ledger: Ledger, game: number): Ledger {
  const over = new Set(ledger.over).add(game);
  return { ...ledger, over, round: ledger.round?.game_id === game ? null : ledger.round };
}

/** A page of the history: what came live meanwhile stays, each play once. */
export function filled(ledger: Ledger, page: HistoryPage): Ledger {
  const paged = new Set(page.events.map(({ id }) => id));
  const within = (event: GameEvent) => paged.has(event.id);
  // What is known and ends before the page begins has a hole behind it.
  const end = ledger.events.at(-1)?.ts ?? "";
  const hole = !ledger.events.some(within) && end < (page.events[0]?.ts ?? "");
  const known = hole ? [] : ledger.events;
  const first = known.findIndex(within);
  const last = known.findLastIndex(within);
  // Older ones are known already when the page begins after them; then there is no telling of more.
  const events = [...known.slice(0, Math.max(0, first)), ...page.events, ...known.slice(last + 1)];
  const position = ledger.position ?? events.at(-1)?.id ?? null;
  return { ...ledger, events, more: first > 0 ? ledger.more : page.more, loaded: true, position };
}

/** Older plays, which were asked for as those before `first`. */
export function extended(ledger: Ledger, page: HistoryPage, first: string): Ledger {
  // The list has begun anew meanwhile.
  if (ledger.events[0]?.id !== first) return ledger;
  return { ...ledger, events: [...page.events, ...ledger.events], more: page.more };
}

/** Pulls since the last Epic, as far as the page knows. */
export function pityIn({ events, me }: Ledger): number | null {
  const last = events.findLast((event) => event.game_type === "gacha");
  return last?.game_type === "gacha" ? last.result.pity : (me?.pity ?? null);
}

/** What of a ledger is shown of the plays. */
export type Shown = Pick<Ledger, "balance" | "events" | "me">;

/** The same with its stake gone, and without what came of it: while its reels still turn. */
export function without(shown: Shown, own: SlotResult): Shown {
  const { seed, counter, win_amount } = own;
  const others = shown.events.filter(({ result }) => {
    return !("counter" in result && result.counter === counter && result.seed === seed);
  });
  const balance = shown.balance === null ? null : shown.balance - win_amount;
  return { ...shown, balance, events: others };
}

/** Wins in a row; plays that return the stake do not count, pulls end a row as the rules have it. */
export function streakIn({ events, me }: Pick<Ledger, "events" | "me">): number {
  let streak = 0;
  for (const event of events.toReversed()) {
    if (event.game_type === "gacha") return streak;
    const outcome = outcomeOf(event);
    if (outcome === "lost") return streak;
    if (outcome === "won") streak += 1;
  }
  return Math.max(streak, me?.streak ?? 0);
}

/** The end of a round, once it is known. */
export function endIn({ events }: Ledger, game: number): CrashEndResult | null {
  for (const event of events.toReversed()) {
    if (event.game_type !== "crash" || event.result.phase === "bet") continue;
    if (event.result.game_id === game) return event.result;
  }
  return null;
}
