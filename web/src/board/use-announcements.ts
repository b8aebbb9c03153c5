/** Says what changed on the board, for people who hear it; bursts are gathered into one sentence. */
import { useEffect, useRef, useState } from "react";
import { describeChanges } from "./changes";
import type { Board } from "./model";

/** How long changes are gathered, in milliseconds: a screen reader speaks about one a second. */
const GATHER = 1_200;

export function useAnnouncements(board: Board | null): string {
  const [said, setSaid] = useState("");
  const spoken = useRef<Board | null>(null);
  const latest = useRef(board);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    latest.current = board;
    if (!board || spoken.current === board) return;
    if (!spoken.current) {
      spoken.current = board;
      return;
    }
    // A timer that runs is left to run: a steady stream of changes must not postpone it for ever.
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const now = latest.current;
      if (!now || !spoken.current) return;
      setSaid(describeChanges(spoken.current, now).join(" "));
      spoken.current = now;
    }, GATHER);
  }, [board]);

  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return said;
}
