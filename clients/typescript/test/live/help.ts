/** What the live tests share: boards, clients, and waiting for a state. */
import { expect } from "vitest";
import { WebSocket } from "ws";
import { Api, GameSync, type GameSyncOptions, type SyncState } from "../../src/index.js";
import type { Server } from "./server.js";

export interface Player {
  readonly id: string;
  readonly name: string;
  readonly team_id: string | null;
  readonly drinks: readonly { readonly drink_id: string; readonly amount: number }[];
}

export interface Board {
  readonly id: string;
  readonly title: string;
  readonly players: readonly Player[];
  readonly teams: readonly { readonly id: string; readonly name: string }[];
}

export type Command =
  | { readonly do: "set_title"; readonly title: string }
  | { readonly do: "add_team"; readonly name: string }
  | { readonly do: "add_player"; readonly name: string }
  | {
      readonly do: "add_drink";
      readonly player_id: string;
      readonly drink_id: string;
      readonly amount: number;
    };

export type Client<View = Board> = GameSync<View, Command>;

/** A guest, logged in. */
export async function guest(server: Server, name = "Ada"): Promise<Api> {
  const api = new Api({ url: server.url });
  await api.guest(name);
  return api;
}

/** A new board, and its owner. */
export async function newBoard(server: Server): Promise<{ owner: Api; session: string }> {
  const owner = await guest(server);
  const { session } = await owner.createSession<Board>("scoreboard", { title: "Friday" });
  return { owner, session };
}

const open = new Set<{ close(): void }>();

/** A started client, closed after the test. Quick to come back, so that the tests are. */
export function follow<View = Board>(
  server: Server,
  session: string,
  options: Partial<GameSyncOptions<View>> = {},
): Client<View> {
  const sync: Client<View> = new GameSync({
    session,
    url: server.url,
    WebSocket,
    backoffBase: 50,
    backoffMax: 400,
    ...options,
  });
  open.add(sync);
  sync.start();
  return sync;
}

export function closeAll(): void {
  for (const sync of open) sync.close();
  open.clear();
}

/** Waits until the state is as wanted; fails with the last state. */
export function until<View>(
  sync: Client<View>,
  what: string,
  wanted: (state: SyncState<View>) => boolean,
  timeout = 15_000,
): Promise<SyncState<View>> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      stop();
    };
    const look = () => {
      const state = sync.getState();
      if (!wanted(state)) return;
      done();
      resolve(state);
    };
    const timer = setTimeout(() => {
      done();
      reject(new Error(`not in time: ${what}; the state is ${JSON.stringify(sync.getState())}`));
    }, timeout);
    const stop = sync.subscribe(look);
    look();
  });
}

export const live = <View>(sync: Client<View>) =>
  until(sync, "live", (state) => state.status.state === "live");

export const titled = (sync: Client, title: string) =>
  until(sync, `title ${title}`, (state) => state.view?.title === title);

export const names = (state: SyncState<Board>) => state.view?.players.map(({ name }) => name);

/** What every client must agree on in the end. */
export function expectSame(...clients: Client[]): void {
  const [first, ...rest] = clients.map((client) => client.getState());
  for (const state of rest) {
    expect(state.view).toEqual(first?.view);
    expect(state.version).toBe(first?.version);
    expect(state.epoch).toBe(first?.epoch);
  }
}
