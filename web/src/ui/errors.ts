/** Refusals in words that help a person. Pure. */
import { ApiError } from "parlor-client";

const WORDS: { readonly [code: string]: string } = {
  NETWORK: "The server cannot be reached.",
  TIMEOUT: "The server did not answer in time.",
  CLOSED: "The page was left before the server answered.",
  TOO_MANY_PENDING: "Too many changes are waiting for the server.",
  OPTIMISTIC_LOCK: "Somebody else changed this first.",
  FORBIDDEN: "You may not change this board.",
  UNAUTHORIZED: "Your login is no longer valid.",
  SESSION_NOT_FOUND: "This board no longer exists.",
  SESSION_ENDED: "This board was closed.",
  WRONG_CREDENTIALS: "That name and password do not belong together.",
  SITE_ID_TAKEN: "Somebody has this login name already. Choose another one.",
  INVALID_SITE_ID: "A login name has 3 to 32 characters: letters, digits, dots, _ and -.",
  INVALID_PASSWORD: "A password has 8 to 128 characters.",
  RATE_LIMITED: "That was too fast. Wait a moment.",
  UNAVAILABLE: "The server is busy or restarting. Try again soon.",
  INTERNAL: "The server had a fault.",
};

/** Why it failed, as one sentence. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof ApiError)) return "Something unexpected happened.";
  const known = WORDS[error.code];
  if (known) return known;
  const said = error.message.trim();
  if (!said || error.status >= 500) return WORDS.INTERNAL ?? said;
  const sentence = said.charAt(0).toUpperCase() + said.slice(1);
  return sentence.endsWith(".") ? sentence : `${sentence}.`;
}
