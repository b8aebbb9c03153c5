/** Fetches as much of the own history as a check needs: all plays of a seed, and what came before. */
import type { Casino } from "./client";
import type { GameEvent, HistoryPage, Revealed } from "./model";
import { isFirstOf } from "./verify";

/** What the server gives at once at most. */
const PAGE = 1_000;
/** No check goes further back: some hundred thousand plays. */
const PAGES_MAX = 200;

/** The newest plays, oldest first, back to before the first one of a seed. */
export async function fetchPlays(
  casino: Pick<Casino, "history">,
  { commitment, plays }: Revealed,
): Promise<HistoryPage> {
  let events: readonly GameEvent[] = [];
  for (let pages = 1; ; pages += 1) {
    const before = events[0]?.id;
    const page = await casino.history({ limit: PAGE, ...(before && { before }) });
    events = [...page.events, ...events];
    const enough = !page.more || pages >= PAGES_MAX || plays === 0 || holds(events, commitment);
    if (enough) return { events, more: page.more };
  }
}

/** Whether they hold the first play of a seed, and a pull before that. */
function holds(events: readonly GameEvent[], commitment: string): boolean {
  const first = events.findIndex((event) => isFirstOf(commitment, event));
  return events.slice(0, Math.max(0, first)).some((event) => event.game_type === "gacha");
}
