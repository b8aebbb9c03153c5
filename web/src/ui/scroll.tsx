/** What is too wide for a narrow page scrolls in a box of its own, by keyboard too. */
import type { ReactNode } from "react";

interface ScrollProps {
  readonly label: string;
  readonly children: ReactNode;
}

export function Scroll({ label, children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="plays-scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
