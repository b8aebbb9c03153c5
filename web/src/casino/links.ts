/** Addresses of the casino's pages. Pure. */

export const FLOOR = "/floor";
export const VERIFY = "/verify";
export const MONITOR = "/admin/monitor";

/** Whether the path is the page, with or without a slash at its end. */
export function isPage(path: string, page: string): boolean {
  return path === page || path === `${page}/`;
}
