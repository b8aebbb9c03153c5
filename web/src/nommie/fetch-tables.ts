/** One page of the list of tables, newest first. */
import type { Api } from "parlor-client";

export type Filter = "joinable" | "in-progress" | "mine";

export interface TableLine {
  readonly id: number;
  readonly name: string;
  readonly state: "lobby" | "in-progress" | "over";
  readonly your_turn: boolean;
  readonly created_at: string;
  readonly viewers: number;
  readonly seats?: readonly ({ readonly display_name: string; readonly is_ai: boolean } | null)[];
  readonly free?: number;
  readonly round_no?: number;
  readonly turn_clock?: boolean;
}

export interface TablesPage {
  readonly games: readonly TableLine[];
  /** Where the next page starts; null at the end. */
  readonly next: number | null;
}

export function fetchTables(api: Api, state: Filter, after: number | null): Promise<TablesPage> {
  const more = after === null ? "" : `&after=${after}`;
  return api.request<TablesPage>("GET", `/api/games?state=${state}${more}`);
}
