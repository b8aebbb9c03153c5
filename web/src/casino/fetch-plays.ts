/** Fetches as much of the own history as a check needs: all plays of a seed, and what came before. */
import type { Casino } from "./client";
import type { HistoryPage } from "./model";

/** What the server gives at once at most. */
const MOST = 1_000;
/** Beyond the plays of the seed: those since, the ends of crash rounds, a pull before. */
const BESIDE = 100;

export async function fetchPlays(
  casino: Pick<Casino, "history">,
  plays: number,
): Promise<HistoryPage> {
  return casino.history({ limit: Math.min(MOST, 2 * plays + BESIDE) });
}
