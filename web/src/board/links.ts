/** Addresses of a board, and the invitation that may hang on one. Pure. */

/** Path of a board's page. */
export function boardPath(id: string): string {
  return `/boards/${encodeURIComponent(id)}`;
}

/** Anyone with this link watches. */
export function watchLink(origin: string, id: string): string {
  return origin + boardPath(id);
}

/** Whoever opens this link may change the board. The code stays out of every server's log. */
export function editLink(origin: string, id: string, code: string): string {
  return `${watchLink(origin, id)}#join=${encodeURIComponent(code)}`;
}

/** The invitation in a location's hash, or null. */
export function inviteIn(hash: string): string | null {
  const code = new URLSearchParams(hash.replace(/^#/, "")).get("join");
  return code ? code : null;
}

/** The board's id in a path, or null when the path is another page. */
export function boardIdIn(path: string): string | null {
  const match = /^\/boards\/([^/]+)\/?$/.exec(path);
  try {
    return match?.[1] ? decodeURIComponent(match[1]) : null;
  } catch {
    return null; // A stray percent sign: no such page.
  }
}
