/**
 * The seeds that were revealed to this browser, and the commitments that it saw before: kept here, so
 * that a check does not rest on what the server says was shown. Knows no page.
 */
import { readStored, writeStored } from "../ui/stored";
import type { Fairness, Revealed } from "./model";

/** A seed that was revealed. */
export interface KeptSeed extends Revealed {
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** Before which play this browser saw the commitment, for the first time; null: before none. */
  readonly seen: number | null;
  /** The client seed that was shown with it, or sent; null when none was. */
  readonly shown: string | null;
}

/** More are not kept; the oldest go. */
const SEEDS_MAX = 20;
const COMMITMENTS_MAX = 40;

/** A commitment that was shown. */
interface Shown {
  readonly commitment: string;
  /** The client seed with it; null while it is only the next one's. */
  readonly client: string | null;
  /** The number of the play before which it was shown first. */
  readonly from: number;
}

interface Kept {
  readonly seeds: readonly KeptSeed[];
  readonly commitments: readonly Shown[];
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

/** Notes what is shown now: what is noted first counts. */
export function seeSeeds(user: string, fairness: Fairness): void {
  const { commitment, next_commitment, client_seed, counter } = fairness;
  note(user, { commitment: next_commitment, client: null, from: 0 });
  note(user, { commitment, client: client_seed, from: counter });
}

function note(user: string, shown: Shown): void {
  const { seeds, commitments } = kept(user);
  const before = commitments.find(({ commitment }) => commitment === shown.commitment);
  const now = before ? { ...before, client: before.client ?? shown.client } : shown;
  if (before?.client === now.client && before) return;
  const others = commitments.filter((one) => one !== before);
  const noted = [now, ...others].slice(0, COMMITMENTS_MAX);
  writeStored(keyOf(user), JSON.stringify({ seeds, commitments: noted }));
}

/** Keeps a seed that was revealed. */
export function keepSeed(user: string, revealed: Revealed, at: number): KeptSeed {
  const { seeds, commitments } = kept(user);
  const shown = commitments.find(({ commitment }) => commitment === revealed.commitment);
  const seed = { ...revealed, at, seen: shown?.from ?? null, shown: shown?.client ?? null };
  const others = seeds.filter((one) => one.commitment !== revealed.commitment);
  const all = [seed, ...others].slice(0, SEEDS_MAX);
  writeStored(keyOf(user), JSON.stringify({ seeds: all, commitments }));
  return seed;
}

/** The client seed is another than the one that was shown before the plays. */
export function isSwapped({
  shown,
  client_seed,
}: Pick<KeptSeed, "shown" | "client_seed">): boolean {
  return shown !== null && shown !== client_seed;
}
