/**
 * One `GameSync` a page for each session, however many components use it. Counts its users, and
 * closes it a moment after the last has gone: React's strict mode takes every component out and puts
 * it back at once, and that must not cost a connection.
 */
import { GameSync } from "./sync.js";
import type { GameSyncOptions } from "./types.js";

/** How long an instance without users is kept, in milliseconds. */
const LINGER = 250;

interface Entry {
  readonly key: string;
  users: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const byKey = new Map<string, unknown>();
const entries = new WeakMap<object, Entry>();

/**
 * The instance for these options, not started by this. The options of the first caller count. On a
 * server nothing is shared: many users are served at once, and `initial` is what one of them may see.
 */
export function sharedSync<View, Command>(options: GameSyncOptions<View>): GameSync<View, Command> {
  if (typeof window === "undefined") return new GameSync<View, Command>(options);
  const key = `${options.url ?? ""} ${options.session}`;
  const known = byKey.get(key) as GameSync<View, Command> | undefined;
  if (known) return known;
  const sync = new GameSync<View, Command>(options);
  const entry: Entry = { key, users: 0, timer: undefined };
  entries.set(sync, entry);
  byKey.set(key, sync);
  // Nobody may ever hold it: a render that was thrown away, say.
  expire(sync, entry);
  return sync;
}

/** Starts a shared instance and keeps it going until the function that is returned is called. */
export function holdSync<View, Command>(sync: GameSync<View, Command>): () => void {
  const entry = entries.get(sync);
  if (!entry) throw new Error("not a shared instance");
  entry.users += 1;
  clearTimeout(entry.timer);
  if (!byKey.has(entry.key)) byKey.set(entry.key, sync);
  sync.start();
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    entry.users -= 1;
    if (entry.users === 0) expire(sync, entry);
  };
}

function expire<View, Command>(sync: GameSync<View, Command>, entry: Entry): void {
  clearTimeout(entry.timer);
  entry.timer = setTimeout(() => {
    if (byKey.get(entry.key) === sync) byKey.delete(entry.key);
    sync.close();
  }, LINGER);
}
