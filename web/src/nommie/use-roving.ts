/** A row of buttons with one stop for Tab: arrow keys, Home and End go through it. */
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";

interface Roving {
  readonly tabIndex: (index: number) => 0 | -1;
  readonly list: {
    readonly ref: (element: HTMLElement | null) => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
    readonly onFocus: (event: { readonly target: EventTarget }) => void;
    readonly onBlur: (event: { readonly relatedTarget: EventTarget | null }) => void;
  };
}

const STEPS: { readonly [key: string]: number } = {
  ArrowLeft: -1,
  ArrowUp: -1,
  ArrowRight: 1,
  ArrowDown: 1,
};

/** `count` buttons. When the one with the focus goes, the next one gets it. */
export function useRoving(count: number): Roving {
  const [at, setAt] = useState(0);
  const element = useRef<HTMLElement | null>(null);
  const focused = useRef(false);
  const active = Math.min(at, Math.max(0, count - 1));
  const buttons = () => [...(element.current?.querySelectorAll("button") ?? [])];

  const before = useRef(count);
  useLayoutEffect(() => {
    const fewer = count < before.current;
    before.current = count;
    const lost = focused.current && document.activeElement === document.body;
    if (fewer && lost) buttons()[active]?.focus();
  });

  return {
    tabIndex: (index) => (index === active ? 0 : -1),
    list: {
      ref: (now) => {
        element.current = now;
      },
      onKeyDown: (event) => {
        const all = buttons();
        const from = all.indexOf(event.target as HTMLButtonElement);
        const step = STEPS[event.key];
        let to = -1;
        if (step !== undefined) to = (from + step + all.length) % all.length;
        else if (event.key === "Home") to = 0;
        else if (event.key === "End") to = all.length - 1;
        if (from < 0 || to < 0) return;
        event.preventDefault();
        setAt(to);
        all[to]?.focus();
      },
      onFocus: (event) => {
        focused.current = true;
        const index = buttons().indexOf(event.target as HTMLButtonElement);
        if (index >= 0) setAt(index);
      },
      onBlur: (event) => {
        // Without a next one the button may just have been taken out.
        if (event.relatedTarget) focused.current = false;
      },
    },
  };
}
