/** Svelte: a store. Needs nothing of Svelte's, only its store contract. */
import { holdSync, sharedSync } from "./shared.js";
import type { GameSync } from "./sync.js";
import type { CommandResult, GameSyncOptions, SendOptions, SyncState } from "./types.js";

/** A readable store of the state, with the ways to act. */
export interface GameSyncStore<View, Command> {
  /** The store contract: calls back at once and after every change. */
  subscribe(run: (state: SyncState<View>) => void): () => void;
  send(command: Command, options?: SendOptions<View>): Promise<CommandResult>;
  /** The instance behind it, for `on`, `restart` and the like. */
  readonly sync: GameSync<View, Command>;
}

/** A store that connects with its first subscriber and closes after its last. */
export function gameSync<View, Command = unknown>(
  options: GameSyncOptions<View>,
): GameSyncStore<View, Command> {
  return {
    subscribe(run) {
      const sync = sharedSync<View, Command>(options);
      // On a server nothing is kept in sync: a page is rendered once.
      const release = typeof window === "undefined" ? () => {} : holdSync(sync);
      const stop = sync.subscribe(run);
      run(sync.getState());
      return () => {
        stop();
        release();
      };
    },
    send: (command, more) => sharedSync<View, Command>(options).send(command, more),
    get sync() {
      return sharedSync<View, Command>(options);
    },
  };
}
