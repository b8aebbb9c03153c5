/** What every part of a table's page needs. */
import { createContext, useContext } from "react";
import type { Actions } from "./actions";
import type { Header, Phase, Seat, Table } from "./model";

export interface TableContextValue {
  readonly table: Table;
  readonly game: Header;
  readonly phase: Phase;
  /** The viewer's own seat; null for a spectator. */
  readonly viewer: Seat | null;
  readonly hosts: boolean;
  /** Seats with a connection; null while that is not known. */
  readonly present: { readonly [seat: string]: boolean } | null;
  readonly actions: Actions;
}

export const TableContext = createContext<TableContextValue | null>(null);

export function useTable(): TableContextValue {
  const value = useContext(TableContext);
  if (!value) throw new Error("useTable outside of a table's page");
  return value;
}
