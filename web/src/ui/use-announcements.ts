/** Says what changed, for people who hear the page; bursts are gathered into one sentence. */
import { useEffect, useRef, useState } from "react";

/** How long changes are gathered, in milliseconds: a screen reader speaks about one a second. */
const GATHER = 1_200;

/** `describe` tells what happened between two views, a sentence each; it must not change. */
export function useAnnouncements<View extends object>(
  view: View | null,
  describe: (before: View, after: View) => readonly string[],
  gather = GATHER,
): string {
  const [said, setSaid] = useState("");
  const spoken = useRef<View | null>(null);
  const latest = useRef(view);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    latest.current = view;
    if (!view || spoken.current === view) return;
    if (!spoken.current) {
      spoken.current = view;
      return;
    }
    // A timer that runs is left to run: a steady stream of changes must not postpone it for ever.
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const now = latest.current;
      if (!now || !spoken.current) return;
      const sentences = describe(spoken.current, now);
      spoken.current = now;
      if (sentences.length > 0) setSaid(sentences.join(" "));
    }, gather);
  }, [view, describe, gather]);

  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return said;
}
