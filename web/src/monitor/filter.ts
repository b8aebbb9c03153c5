/** Which plays a monitor wants to see. Pure. */
import { type GameEvent, type GameType, type Outcome, outcomeOf } from "../casino/model";

export interface Filter {
  /** Empty: all. */
  readonly user: string;
  readonly game: GameType | "all";
  readonly outcome: "all" | "won" | "lost";
  /** 0: all. */
  readonly least: number;
}

export const ALL: Filter = { user: "", game: "all", outcome: "all", least: 0 };

export function matches(filter: Filter, event: GameEvent): boolean {
  return (
    (filter.game === "all" || filter.game === event.game_type) &&
    event.bet >= filter.least &&
    (filter.user === "" || filter.user === String(event.user_id)) &&
    (filter.outcome === "all" || filter.outcome === standingOf(event))
  );
}

/** How it ended for the house, in tokens: pulls win items, whatever they cost. */
export function standingOf(event: GameEvent): Outcome | "items" {
  return event.game_type === "gacha" ? "items" : outcomeOf(event);
}

export function isAll({ user, game, outcome, least }: Filter): boolean {
  return user === "" && game === "all" && outcome === "all" && least <= 0;
}
