/** Commits in words. Pure. */
import type { Json } from "./diff";
import type { Actor, Moment } from "./moments";

/** Who it was, for people. */
export function actorName(actor: Actor): string {
  if (actor === "system") return "the server";
  if (actor === "clock") return "the clock";
  return "user" in actor ? actor.user : `${actor.service} (service)`;
}

/** What was done, in a word or two: the verb of the command, where it has one. */
export function deed({ kind, command }: Pick<Moment, "kind" | "command">): string {
  if (kind !== "command") return kind;
  const verb = verbOf(command);
  return verb ?? "command";
}

function verbOf(command: Json): string | null {
  if (typeof command !== "object" || command === null || !("do" in command)) return null;
  return typeof command.do === "string" ? command.do : null;
}

/** Date and time with milliseconds, as the clock of the reader says it. */
export function whenExactly(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return date.toLocaleString([], {
    dateStyle: "medium",
    timeStyle: "medium",
  });
}
