/** When something was made, short enough for a list. Pure. */

/** The time today, the day within a year, the date before that; empty for what is no date. */
export function whenMade(iso: string | undefined, now: Date, locale?: string): string {
  const made = new Date(iso ?? "");
  if (Number.isNaN(made.getTime())) return "";
  if (made.toDateString() === now.toDateString()) {
    return made.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  }
  const thisYear = made.getFullYear() === now.getFullYear();
  return made.toLocaleDateString(locale, {
    day: "numeric",
    month: "short",
    ...(!thisYear && { year: "numeric" }),
  });
}
