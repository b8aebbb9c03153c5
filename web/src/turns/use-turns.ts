/** The tables that wait for the visitor: one connection a page, as long as some part of it looks. */
import type { Api } from "parlor-client";
import { type Turn, Turns } from "parlor-client/turns";
import { useEffect, useSyncExternalStore } from "react";
import { useLogin } from "../login/login";

/** How long the connection is kept without anybody who looks, in milliseconds. */
const LINGER = 1_000;

interface Shared {
  readonly turns: Turns;
  users: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const byApi = new WeakMap<Api, Shared>();

function shared(api: Api): Shared {
  let known = byApi.get(api);
  if (!known) {
    known = { turns: new Turns({ url: api.url, auth: api }), users: 0, timer: undefined };
    byApi.set(api, known);
  }
  return known;
}

function hold(api: Api): () => void {
  const entry = shared(api);
  entry.users += 1;
  clearTimeout(entry.timer);
  entry.turns.start();
  return () => {
    entry.users -= 1;
    if (entry.users > 0) return;
    // From one page to the next the header goes and comes.
    entry.timer = setTimeout(() => entry.turns.close(), LINGER);
  };
}

/** Sessions in which it is the visitor's turn; for people who are logged in. */
export function useTurns(): readonly Turn[] {
  const { api } = useLogin();
  const { turns } = shared(api);
  useEffect(() => hold(api), [api]);
  return useSyncExternalStore(turns.subscribe, turns.getState);
}
