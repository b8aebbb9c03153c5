/** What the page was served with: the address of the API and the first view. Reads the document only. */
import type { ViewMessage } from "./messages.js";

/** `content` of `<meta name="parlor-api">`; empty for the page's own origin. */
export function apiUrlFromPage(): string {
  if (typeof document === "undefined") return "";
  return document.querySelector<HTMLMetaElement>('meta[name="parlor-api"]')?.content ?? "";
}

/** The view in `<script type="application/json" id="parlor-initial">`, if it is of this session. */
export function initialFromPage<View>(session: string): ViewMessage<View> | null {
  if (typeof document === "undefined") return null;
  try {
    const text = document.getElementById("parlor-initial")?.textContent ?? "null";
    const message = JSON.parse(text) as ViewMessage<View> | null;
    return message?.session === session ? message : null;
  } catch {
    return null;
  }
}
