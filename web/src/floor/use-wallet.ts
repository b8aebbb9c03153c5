/** The wallet of who is logged in: one connection a page, anew for another user. */
import type { Api } from "parlor-client";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { type WalletState, WalletStore } from "../casino/wallet-store";

export function useWallet(api: Api, user: string): { store: WalletStore; state: WalletState } {
  const store = useMemo(() => new WalletStore(api, user), [api, user]);
  useEffect(() => {
    store.start();
    return () => store.close();
  }, [store]);
  const state = useSyncExternalStore(store.subscribe, store.getState);
  return { store, state };
}

/** Whole seconds until a local time, counted down. */
export function useSecondsUntil(time: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    if (time <= Date.now()) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [time]);
  return Math.max(0, Math.ceil((time - now) / 1000));
}

/** Whether somebody wants things to stay where they are. */
export function useStill(): boolean {
  return useSyncExternalStore(
    (changed) => {
      still.addEventListener("change", changed);
      return () => still.removeEventListener("change", changed);
    },
    () => still.matches,
  );
}

const still = window.matchMedia("(prefers-reduced-motion: reduce)");
