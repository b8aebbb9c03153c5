/** The history as lines, newest first: a crash round is one line, whatever became of it. Pure. */
import { type GameEvent, type GameType, type Outcome, outcomeOf, payoutOf } from "../casino/model";
import { timesText } from "../casino/multiplier";

export interface Line {
  readonly key: string;
  readonly game: GameType;
  readonly ts: string;
  readonly bet: number;
  readonly outcome: Outcome;
  /** What the play changed in all; null while it is open. */
  readonly delta: number | null;
  /** What came of it. */
  readonly words: string;
  /** Symbols to draw in the place of words. */
  readonly reels: readonly string[] | null;
}

export const GAME_NAMES: { readonly [game in GameType]: string } = {
  slot: "Slot",
  rps: "Rock, paper, scissors",
  gacha: "Gacha",
  crash: "Crash",
};

/** At most so many lines. */
export function linesOf(events: readonly GameEvent[], most: number): readonly Line[] {
  const over = new Set<number>();
  const lines: Line[] = [];
  for (const event of events.toReversed()) {
    if (lines.length >= most) break;
    if (event.game_type === "crash") {
      const { phase, game_id } = event.result;
      if (phase !== "bet") over.add(game_id);
      else if (over.has(game_id)) continue;
    }
    lines.push(lineOf(event));
  }
  return lines;
}

function lineOf(event: GameEvent): Line {
  const outcome = outcomeOf(event);
  return {
    key: event.id,
    game: event.game_type,
    ts: event.ts,
    bet: event.bet,
    outcome,
    delta: outcome === "open" ? null : payoutOf(event) - event.bet,
    words: wordsOf(event),
    reels: event.game_type === "slot" ? (event.result.reels[0] ?? []) : null,
  };
}

/** What came of a play, in a few words. */
export function wordsOf(event: GameEvent): string {
  switch (event.game_type) {
    case "slot":
      return event.result.is_jackpot ? "Jackpot" : (event.result.reels[0] ?? []).join(" ");
    case "rps":
      return `${event.result.player_choice} against ${event.result.computer_choice}`;
    case "gacha": {
      const { items, pull_count } = event.result;
      const best = items.findLast((item) => item.rarity === bestOf(event)) ?? items[0];
      const rest = pull_count > 1 ? `, best of ${pull_count}` : "";
      return best ? `${best.name} (${best.rarity})${rest}` : `${pull_count} pulled`;
    }
    default: {
      const { result } = event;
      if (result.phase === "bet") return "Running";
      const point = timesText(result.crash_point);
      return result.multiplier === null
        ? `Crashed at ${point}`
        : `Out at ${timesText(result.multiplier)} of ${point}`;
    }
  }
}

/** The best rarity of a pull. */
export function bestOf(event: Extract<GameEvent, { readonly game_type: "gacha" }>) {
  const rank = ["Legendary", "Epic", "Rare", "Common"] as const;
  return rank.find((rarity) => event.result.items.some((item) => item.rarity === rarity));
}

/** When a play was: the time today, with the day before that. */
export function whenPlayed(ts: string, now: Date, locale?: string): string {
  const time = new Date(ts);
  if (time.toDateString() === now.toDateString()) {
    return time.toLocaleTimeString(locale, { timeStyle: "medium" });
  }
  const thisYear = time.getFullYear() === now.getFullYear();
  return time.toLocaleString(locale, {
    day: "numeric",
    month: "short",
    ...(!thisYear && { year: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
  });
}

/** Tokens with their sign: "+40", "−10", "±0". */
export function signed(tokens: number): string {
  if (tokens === 0) return "±0";
  return `${tokens > 0 ? "+" : "−"}${whole(Math.abs(tokens))}`;
}

/** Tokens with marks between thousands. */
export function whole(tokens: number): string {
  return tokens.toLocaleString("en");
}
