/** Addresses without page loads: the current path, and links that change it. Knows no page. */
import {
  type AnchorHTMLAttributes,
  type MouseEvent,
  type ReactNode,
  useSyncExternalStore,
} from "react";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

/** The current path; the component renders anew when it changes. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

let arrived = false;

/** Whether the page was reached by `navigate` and not asked before: then it takes the focus. */
export function takeArrival(): boolean {
  const was = arrived;
  arrived = false;
  return was;
}

/** Goes to a page of this app, at its top. */
export function navigate(path: string): void {
  arrived = true;
  window.history.pushState(null, "", path);
  window.scrollTo(0, 0);
  for (const listener of [...listeners]) listener();
}

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly href: string;
  readonly children: ReactNode;
}

/** A link to a page of this app. With a modifier key it behaves as every link does. */
export function Link({ href, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    const plain = !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!plain || event.button !== 0) return;
    event.preventDefault();
    navigate(href);
  };
  return (
    <a href={href} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
