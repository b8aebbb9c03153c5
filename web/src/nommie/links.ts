/** Addresses of the tables. Pure. */

export const LOBBY = "/nommie";

/** Path of a table's page. */
export function tablePath(id: string | number): string {
  return `${LOBBY}/${encodeURIComponent(id)}`;
}

/** Whether the path is one of these pages. */
export function isNommie(path: string): boolean {
  return path === LOBBY || path.startsWith(`${LOBBY}/`);
}

/** The table's id in a path, or null when the path is another page. */
export function tableIdIn(path: string): string | null {
  const match = /^\/nommie\/([^/]+)\/?$/.exec(path);
  try {
    return match?.[1] ? decodeURIComponent(match[1]) : null;
  } catch {
    return null; // A stray percent sign: no such page.
  }
}
