/**
 * Who may replay: users with the role `admin`, by their own login or by a token that was pasted into
 * this tab. The tab forgets it when it is closed.
 */
import type { User } from "parlor-client";

const KEY = "parlor.admin-token";

/** The token that was pasted into this tab, or null. */
export function adminToken(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Keeps a token for this tab; null forgets it. */
export function keepAdminToken(token: string | null): void {
  try {
    if (token === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // Nothing is kept: the token is asked for again.
  }
}

/** Whether to show the way to replays. The server decides who may go there. */
export function showsReplays(user: User | null): boolean {
  return adminToken() !== null || (user?.roles.includes("admin") ?? false);
}
