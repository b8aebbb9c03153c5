/** Makes a row flash softly when its value changes, not when it first appears. The looks are CSS. */
import { useRef } from "react";

/** `a` and `b` in turn, so that the animation starts anew each time; undefined before any change. */
export function useFlash(value: unknown): "a" | "b" | undefined {
  const last = useRef({ value, turn: 0 });
  if (!Object.is(last.current.value, value)) {
    last.current = { value, turn: last.current.turn + 1 };
  }
  const { turn } = last.current;
  if (turn === 0) return undefined;
  return turn % 2 === 1 ? "a" : "b";
}
