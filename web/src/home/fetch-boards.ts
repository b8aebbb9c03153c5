/** One page of the list of boards, newest first; boards that have ended are left out. */
import type { Api, SessionSummary } from "parlor-client";

/** Boards on a page: about two screens of a phone. */
export const PAGE = 20;

export interface Page {
  readonly lines: readonly SessionSummary[];
  /** Where the next page starts; null at the end. */
  readonly next: string | null;
}

export async function fetchBoards(api: Api, after: string | null): Promise<Page> {
  const page = await api.sessions({
    game: "scoreboard",
    limit: PAGE,
    ...(after !== null && { after }),
  });
  return { lines: page.sessions.filter((line) => line.status !== "ended"), next: page.next };
}
