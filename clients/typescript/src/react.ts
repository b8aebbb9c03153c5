/** React: `useGameSync`. Holds no state of its own; everything is in the shared `GameSync`. */
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { holdSync, sharedSync } from "./shared.js";
import type { GameSync } from "./sync.js";
import type { CommandResult, GameSyncOptions, SendOptions, SyncState } from "./types.js";

/** What `useGameSync` returns: the state, and the ways to act. */
export interface UseGameSync<View, Command> extends SyncState<View> {
  /** Sends a command; see `GameSync.send`. Stable between renders. */
  readonly send: (command: Command, options?: SendOptions<View>) => Promise<CommandResult>;
  /** The instance behind it, for `on`, `restart` and the like. */
  readonly sync: GameSync<View, Command>;
}

/**
 * Keeps the component in sync with a session. All components of a page that name the same session
 * (and `url`) share one connection; the options of the first one count.
 */
export function useGameSync<View, Command = unknown>(
  options: GameSyncOptions<View>,
): UseGameSync<View, Command> {
  const { session, url } = options;
  // biome-ignore lint/correctness/useExhaustiveDependencies: session and url name the instance
  const sync = useMemo(() => sharedSync<View, Command>(options), [session, url]);
  useEffect(() => holdSync(sync), [sync]);
  const state = useSyncExternalStore(sync.subscribe, sync.getState, sync.getState);
  return { ...state, send: sync.send, sync };
}
