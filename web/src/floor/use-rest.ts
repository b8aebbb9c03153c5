/** What is aimed at one thing does not meet the next one that takes its place. */
import { useLayoutEffect, useRef, useState } from "react";

/** Longer than a double click, and than it takes to see what has changed; in milliseconds. */
const REST = 600;

/** True for a moment after `of` has changed, before anybody can have seen it. */
export function useRest(of: unknown): boolean {
  const before = useRef(of);
  const [resting, setResting] = useState(false);
  useLayoutEffect(() => {
    if (before.current === of) return;
    before.current = of;
    setResting(true);
    const timer = setTimeout(() => setResting(false), REST);
    return () => clearTimeout(timer);
  }, [of]);
  return resting;
}
