/** What the machines of the floor share: the wallet, and the means to hold back what would give away. */
import { createContext, useContext } from "react";
import type { Answer, SlotResult } from "../casino/model";
import type { WalletState, WalletStore } from "../casino/wallet-store";

export interface FloorValue {
  readonly store: WalletStore;
  readonly state: WalletState;
  /** Seconds until something may be asked again; 0: now. */
  readonly wait: number;
  /** While the reels turn, balance and history do not tell what they will show. */
  readonly hold: () => Hold;
}

export interface Hold {
  /** The answer is there: all but what this play won is shown. */
  readonly paid: (answer: SlotResult & Answer) => void;
  readonly release: () => void;
}

export const FloorContext = createContext<FloorValue | null>(null);

export function useFloor(): FloorValue {
  const value = useContext(FloorContext);
  if (!value) throw new Error("useFloor outside of the floor");
  return value;
}
