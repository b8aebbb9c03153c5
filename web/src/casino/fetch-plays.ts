/** Fetches as much of the own history as a check needs: all plays of a seed, and what came before. */
import type { Casino } from "./client";
import type { GameEvent, HistoryPage } from "./model";
import { bySeed, counterOf } from "./verify";

/** What the server gives at once at most. */
const PAGE = 1_000;
/** No check goes further back: some hundred thousand plays. */
const PAGES_MAX = 200;

/** The newest plays, oldest first, back to before the first of a seed with so many. */
export async function fetchPlays(
  casino: Pick<Casino, "history">,
  plays: number,
): Promise<HistoryPage> {
  let events: readonly GameEvent[] = [];
  for (let pages = 1; ; pages += 1) {
    const before = events[0]?.id;
    const page = await casino.history({ limit: PAGE, ...(before && { before }) });
    events = [...page.events, ...events];
    const enough = !page.more || pages >= PAGES_MAX || holds(events, plays);
    if (enough) return { events, more: page.more };
  }
}

/** Whether they hold a seed with so many plays from its first one, and a pull before that. */
function holds(events: readonly GameEvent[], plays: number): boolean {
  if (plays === 0) return true;
  const seeds = bySeed(events);
  const at = seeds.findIndex((group) => {
    const [first, last] = [group[0], group.at(-1)];
    return first && last && counterOf(first) === 0 && counterOf(last) === plays - 1;
  });
  return seeds
    .slice(0, Math.max(0, at))
    .flat()
    .some((event) => event.game_type === "gacha");
}
