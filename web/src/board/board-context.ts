/** What every part of a board's page needs. Changes rarely, so that rows do not render for nothing. */
import { createContext, useContext } from "react";
import type { Actions } from "./actions";
import type { Catalogue } from "./catalogue";
import type { Team } from "./model";

export interface BoardContextValue {
  readonly edits: boolean;
  readonly actions: Actions;
  readonly catalogue: Catalogue;
  readonly teams: readonly Team[];
}

export const BoardContext = createContext<BoardContextValue | null>(null);

export function useBoard(): BoardContextValue {
  const value = useContext(BoardContext);
  if (!value) throw new Error("useBoard outside of a board's page");
  return value;
}
