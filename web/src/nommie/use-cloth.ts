/** Keeps a trick that is over on the cloth until it was read, then sweeps it to its winner. */
import { useEffect, useRef, useState } from "react";
import type { Played, Seat, Table } from "./model";
import { type Cloth, clothOf, endedBetween, type Held, holdFor, SWEEP, wentOn } from "./trick";

export interface Shown {
  readonly cards: readonly Played[];
  /** Who takes them, once that is decided. */
  readonly winner: Seat | null;
  readonly stage: "open" | "held" | "swept";
}

interface State {
  readonly table: Table;
  readonly cloth: Cloth;
  readonly held: Held | null;
  readonly swept: boolean;
}

export function useCloth(table: Table, viewer: Seat | null): Shown {
  const [state, setState] = useState<State>(() => ({
    table,
    cloth: clothOf(table, null),
    held: null,
    swept: false,
  }));
  let now = state;
  if (state.table !== table) {
    // While rendering, so that no picture in between shows an empty cloth.
    now = advance(state, table, viewer);
    setState(now);
  }
  const { held, swept } = now;
  const hold = holdFor(now.cloth.current);
  const since = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the time begins with each trick
  useEffect(() => {
    since.current = performance.now();
  }, [held]);
  useEffect(() => {
    if (!held) return;
    const lain = performance.now() - since.current;
    const timer = setTimeout(
      () =>
        setState((last) => {
          if (last.held !== held) return last;
          return swept ? { ...last, held: null, swept: false } : { ...last, swept: true };
        }),
      swept ? SWEEP : Math.max(0, hold - lain),
    );
    return () => clearTimeout(timer);
  }, [held, swept, hold]);
  if (!held) return { cards: now.cloth.current, winner: null, stage: "open" };
  return { cards: held.cards, winner: held.winner, stage: swept ? "swept" : "held" };
}

function advance(state: State, table: Table, viewer: Seat | null): State {
  const cloth = clothOf(table, state.cloth);
  const ended = endedBetween(state.cloth, cloth);
  if (ended) return { table, cloth, held: ended, swept: false };
  const gone = state.held !== null && wentOn(cloth.current, viewer);
  return gone ? { table, cloth, held: null, swept: false } : { ...state, table, cloth };
}
