/** Why the casino refused, in words that help a player. Pure. */
import { ApiError } from "parlor-client";
import { reasonOf } from "../ui/errors";

const WORDS: { readonly [code: string]: string } = {
  INVALID_BET: "A bet is a whole number of tokens, 1 or more.",
  INSUFFICIENT_TOKENS: "You do not have that many tokens.",
  HOUSE_LIMIT: "The house does not take that much: the largest win would not fit your wallet.",
  INVALID_CHOICE: "Choose rock, paper or scissors.",
  INVALID_PULL_COUNT: "Pulls are sold one at a time, or ten.",
  INVALID_MULTIPLIER: "Cash out by itself at 1.01 to 1000, with two decimals at most.",
  INVALID_CLIENT_SEED: "A client seed has 1 to 64 characters.",
  INVALID_AMOUNT: "An amount is a whole number of tokens, 1 or more.",
  ROUND_OPEN: "A crash round is open: end it first.",
  ROUND_OVER: "Too late: this round is over.",
  ROUND_NOT_FOUND: "There is no such round of yours.",
  FORBIDDEN: "That is not yours to do.",
};

/** Why it failed, as one sentence. */
export function refusalOf(error: unknown): string {
  const known = error instanceof ApiError ? WORDS[error.code] : undefined;
  return known ?? reasonOf(error);
}

/** How long to wait before anything is asked again, in milliseconds; null when it was not too fast. */
export function waitOf(error: unknown): number | null {
  if (!(error instanceof ApiError) || error.status !== 429) return null;
  return error.retryAfter ?? 1_000;
}

/** What a field of tokens says, for the server to judge: a number if it is digits, else the text. */
export function amountIn(text: string): number | string {
  const trimmed = text.trim();
  return /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
}

/** The same for a multiplier, which may have decimals, after a point or a comma. */
export function multiplierIn(text: string): number | string {
  const trimmed = text.trim();
  return /^\d+([.,]\d+)?$/.test(trimmed) ? Number(trimmed.replace(",", ".")) : trimmed;
}
