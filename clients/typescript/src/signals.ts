/** Visibility and network of the page, from the browser. Elsewhere: always visible, always online. */
import type { PageSignals } from "./types.js";

/** The signals of this page. */
export const pageSignals: PageSignals = {
  hidden: () => typeof document !== "undefined" && document.visibilityState === "hidden",
  online: () => typeof navigator === "undefined" || navigator.onLine !== false,
  listen(listener) {
    if (typeof window === "undefined") return () => {};
    const sources = [
      [document, "visibilitychange"],
      [window, "online"],
      [window, "offline"],
      [window, "pageshow"],
    ] as const;
    for (const [target, name] of sources) target.addEventListener(name, listener);
    return () => {
      for (const [target, name] of sources) target.removeEventListener(name, listener);
    };
  },
};
