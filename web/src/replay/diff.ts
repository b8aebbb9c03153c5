/** What differs between two JSON values, by path. Pure. */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Paths as JSON pointers (RFC 6901); the whole value is "". */
export interface Difference {
  /** Values that are new or were another; of containers, only those that are new as a whole. */
  readonly changed: ReadonlySet<string>;
  /** Containers with something that differs somewhere inside. */
  readonly inside: ReadonlySet<string>;
  /** Keys that are gone, by the container that had them. */
  readonly gone: ReadonlyMap<string, readonly string[]>;
}

export const SAME: Difference = { changed: new Set(), inside: new Set(), gone: new Map() };

/** The pointer of a key within a container. */
export function pointer(parent: string, key: string | number): string {
  return `${parent}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

export function isContainer(
  value: Json,
): value is readonly Json[] | { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null;
}

/** The entries of a container, in their order. */
export function entriesOf(
  value: readonly Json[] | { readonly [key: string]: Json },
): [string, Json][] {
  return Object.entries(value);
}

/** What is different in `after`. */
export function difference(before: Json, after: Json): Difference {
  const changed = new Set<string>();
  const inside = new Set<string>();
  const gone = new Map<string, readonly string[]>();

  const compare = (old: Json, now: Json, path: string): boolean => {
    if (old === now) return false;
    const alike = isContainer(old) && isContainer(now) && Array.isArray(old) === Array.isArray(now);
    if (!alike) {
      changed.add(path);
      return true;
    }
    const had = new Map(entriesOf(old));
    let differs = false;
    for (const [key, value] of entriesOf(now)) {
      const at = pointer(path, key);
      const earlier = had.get(key);
      if (earlier === undefined) {
        changed.add(at);
        differs = true;
      } else if (compare(earlier, value, at)) {
        differs = true;
      }
      had.delete(key);
    }
    if (had.size > 0) {
      gone.set(path, [...had.keys()]);
      differs = true;
    }
    if (differs) inside.add(path);
    return differs;
  };
  compare(before, after, "");
  return { changed, inside, gone };
}

/** How many things differ: for a line that says so. */
export function countOf({ changed, gone }: Difference): number {
  return changed.size + [...gone.values()].reduce((sum, keys) => sum + keys.length, 0);
}
