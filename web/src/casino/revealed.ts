/**
 * The seeds that were revealed to this browser, and the commitments that it saw before: kept here, so
 * that a check does not rest on what the server says was shown. Knows no page.
 */
import { readStored, writeStored } from "../ui/stored";
import type { Revealed } from "./model";

/** A seed that was revealed. */
export interface KeptSeed extends Revealed {
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** This browser saw the commitment before the seed was revealed. */
  readonly seen: boolean;
}

/** More are not kept; the oldest go. */
const SEEDS_MAX = 20;
const COMMITMENTS_MAX = 40;

interface Kept {
  readonly seeds: readonly KeptSeed[];
  readonly commitments: readonly string[];
}

function keyOf(user: string): string {
  return `parlor.fairness.${user}`;
}

function kept(user: string): Kept {
  try {
    const held = JSON.parse(readStored(keyOf(user)) ?? "null") as Kept | null;
    if (Array.isArray(held?.seeds) && Array.isArray(held.commitments)) return held;
  } catch {
    // Unreadable: as if nothing had been kept.
  }
  return { seeds: [], commitments: [] };
}

/** Newest first. */
export function keptSeeds(user: string): readonly KeptSeed[] {
  return kept(user).seeds;
}

/** Notes commitments that are shown now. */
export function seeCommitments(user: string, shown: readonly string[]): void {
  const { seeds, commitments } = kept(user);
  const others = shown.filter((one) => !commitments.includes(one));
  if (others.length === 0) return;
  const noted = [...others, ...commitments].slice(0, COMMITMENTS_MAX);
  writeStored(keyOf(user), JSON.stringify({ seeds, commitments: noted }));
}

/** Keeps a seed that was revealed. */
export function keepSeed(user: string, revealed: Revealed, at: number): KeptSeed {
  const { seeds, commitments } = kept(user);
  const seed = { ...revealed, at, seen: commitments.includes(revealed.commitment) };
  const others = seeds.filter((one) => one.commitment !== revealed.commitment);
  const all = [seed, ...others].slice(0, SEEDS_MAX);
  writeStored(keyOf(user), JSON.stringify({ seeds: all, commitments }));
  return seed;
}
