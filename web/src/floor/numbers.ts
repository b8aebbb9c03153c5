/** Numbers that are typed in by hand: nothing that is not there is guessed. Pure. */
import { MOST } from "../casino/draws";

/** A whole number, 0 or more; null for anything else. */
export function wholeIn(text: string): number | null {
  const number = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : null;
}

/** The hundredths of a crash point, 1 to 1000 with two decimals at most; null for anything else. */
export function hundredthsIn(text: string): number | null {
  const [, whole, part = ""] = /^(\d+)(?:[.,](\d{1,2}))?$/.exec(text.trim()) ?? [];
  if (whole === undefined) return null;
  const hundredths = Number(whole) * 100 + Number(part.padEnd(2, "0"));
  return hundredths >= 100 && hundredths <= MOST ? hundredths : null;
}
