/** Addresses of a session, in one place. */
import type { Position } from "./messages.js";

/** The REST address of a session; `rest` comes after its id. */
export function sessionUrl(url: string, session: string, rest = ""): string {
  return `${url}/api/sessions/${encodeURIComponent(session)}${rest}`;
}

/** A position in an address. */
export function positionText({ epoch, lock_version, viewer_seat }: Position): string {
  return `${epoch}:${lock_version}:${viewer_seat == null ? "all" : `seat${viewer_seat}`}`;
}

/** The query of a stream: patches, and where to go on. */
export function streamQuery(patch: boolean, since: Position | null): string {
  const query = new URLSearchParams();
  if (patch) query.set("patch", "1");
  if (since) query.set("since", positionText(since));
  return `?${query}`;
}
