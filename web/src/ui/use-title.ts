/** The title of the browser's tab. */
import { useEffect } from "react";

export function useTitle(title: string | null): void {
  useEffect(() => {
    document.title = title ? `${title} · Parlor` : "Parlor";
  }, [title]);
}
