/** Which plays a monitor wants to see. Pure. */
import { type GameEvent, type GameType, outcomeOf } from "../casino/model";

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
    (filter.outcome === "all" || filter.outcome === outcomeOf(event))
  );
}

export function isAll({ user, game, outcome, least }: Filter): boolean {
  return user === "" && game === "all" && outcome === "all" && least <= 0;
}
