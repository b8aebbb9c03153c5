/** A revealed seed with its plays as a file, which anyone can check: here, or with `parlor verify FILE`. */
import { type GameEvent, isGameEvent, type Revealed } from "./model";

export interface Evidence {
  readonly revealed: Revealed;
  /** Oldest first. */
  readonly events: readonly GameEvent[];
}

export function evidenceText({ revealed, events }: Evidence): string {
  const { server_seed, commitment, client_seed, plays } = revealed;
  return `${JSON.stringify({ revealed: { server_seed, commitment, client_seed, plays }, events }, null, 2)}\n`;
}

/** What such a file holds; null when it is something else. */
export function readEvidence(text: string): Evidence | null {
  try {
    const { revealed, events } = JSON.parse(text) as Evidence;
    const { server_seed, commitment, client_seed, plays } = revealed;
    const texts = [server_seed, commitment, client_seed].every((one) => typeof one === "string");
    if (!texts || !Number.isSafeInteger(plays) || plays < 0 || !events.every(isGameEvent)) {
      return null;
    }
    if (!events.every(({ result }) => typeof result === "object" && result !== null)) return null;
    return { revealed, events };
  } catch {
    return null;
  }
}
