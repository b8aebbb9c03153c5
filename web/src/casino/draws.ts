/**
 * Every draw of the four games again, from the seeds. Written apart from the server, from the words
 * of its documents: who distrusts the server's results need not trust its code. Pure.
 *
 * The words of play `counter` are HMAC-SHA-256(server seed, "{client seed}:{counter}:{block}") for
 * block 0, 1, …, four of 64 bits each, big endian.
 */
import { bytesOf, hexOf, hmac, sha256 } from "./sha256";

/** What a reel can show, with how many of its hundred stops show it. */
export const SYMBOLS = [
  ["🍒", 30],
  ["🍋", 25],
  ["🍊", 20],
  ["🍇", 15],
  ["💎", 8],
  ["7️⃣", 2],
] as const;
export type Reel = (typeof SYMBOLS)[number][0];

/** What three alike bring for each token, in the order of the symbols, and what a pair side by side. */
const PAYTABLES = {
  classic: { alike: [2, 3, 4, 5, 10, 50], pairHalves: 3 },
  fair: { alike: [4, 5, 6, 10, 15, 777], pairHalves: 4 },
} as const;
export type Paytable = keyof typeof PAYTABLES;

export const HANDS = ["rock", "paper", "scissors"] as const;
export type Hand = (typeof HANDS)[number];

/** How many of a thousand tickets bring each rarity; the rarest last. */
export const RARITIES = [
  ["Common", 823],
  ["Rare", 150],
  ["Epic", 25],
  ["Legendary", 2],
] as const;
export type Rarity = (typeof RARITIES)[number][0];

export interface Item {
  readonly name: string;
  readonly rarity: Rarity;
}

const ITEMS: { readonly [rarity in Rarity]: readonly string[] } = {
  Common: ["Wooden die", "Paper crown", "Tin whistle", "Glass marble", "Cork"],
  Rare: ["Silver thimble", "Ivory domino", "Lucky horseshoe"],
  Epic: ["Golden dice", "Velvet top hat"],
  Legendary: ["Crown of the house"],
};

/** The pull that is Epic at least, when none since the last Epic was. */
export const PITY = 90;

/** The largest point of a crash round, in hundredths. */
export const MOST = 100_000;

const WORDS = 4;
const MAX = 2n ** 64n - 1n;
/** Of how many equal parts the u of a crash round is one. */
const PARTS = 2n ** 53n;

/** Two seeds, and the number of a play. */
export interface Source {
  readonly serverSeed: Uint8Array;
  readonly clientSeed: string;
  readonly counter: number;
}

/** SHA-256 of a server seed: what was shown before the first draw. */
export function commitmentOf(serverSeed: Uint8Array): string {
  return hexOf(sha256(serverSeed));
}

/** The draws of one play, in order. */
export class Draws {
  readonly #source: Source;
  #block = 0;
  #words: bigint[] = [];

  constructor(source: Source) {
    this.#source = source;
  }

  /** 64 uniform bits. */
  bits(): bigint {
    if (this.#words.length === 0) {
      const { serverSeed, clientSeed, counter } = this.#source;
      const bytes = hmac(serverSeed, bytesOf(`${clientSeed}:${counter}:${this.#block}`));
      const view = new DataView(bytes.buffer);
      this.#words = Array.from({ length: WORDS }, (_, word) => view.getBigUint64(8 * word));
      this.#block += 1;
    }
    return this.#words.shift() ?? 0n;
  }

  /** A uniform number from 0 up to `bound`; what would favour small ones is drawn again. */
  below(bound: bigint): bigint {
    const fair = MAX - (MAX % bound);
    for (;;) {
      const draw = this.bits();
      if (draw < fair) return draw % bound;
    }
  }

  /** The one that a uniform ticket falls on; `weights` has its parts in order. */
  weighted<One>(weights: readonly (readonly [one: One, weight: number])[]): One {
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    let ticket = Number(this.below(BigInt(total)));
    for (const [one, weight] of weights) {
      if (ticket < weight) return one;
      ticket -= weight;
    }
    throw new Error("the weights sum to the number of tickets");
  }

  /** One of these, each as likely as the others. */
  pick<One>(items: readonly One[]): One {
    return items[Number(this.below(BigInt(items.length)))] as One;
  }
}

/** What the three reels show. */
export function slotOf(source: Source): readonly Reel[] {
  const draws = new Draws(source);
  return [draws.weighted(SYMBOLS), draws.weighted(SYMBOLS), draws.weighted(SYMBOLS)];
}

/** What reels bring in halves of the stake; null when there is no such paytable. */
export function halvesOf(paytable: string, reels: readonly string[]): number | null {
  if (!Object.hasOwn(PAYTABLES, paytable)) return null;
  const { alike, pairHalves } = PAYTABLES[paytable as Paytable];
  const [left, middle, right] = reels;
  if (left === middle && middle === right) {
    return 2 * (alike[SYMBOLS.findIndex(([symbol]) => symbol === left)] ?? 0);
  }
  return left === middle || middle === right ? pairHalves : 0;
}

/** The house's hand. */
export function handOf(source: Source): Hand {
  return new Draws(source).pick(HANDS);
}

/** What pulls cost; null for a number that is not sold. */
export function priceOf(count: number): number | null {
  return count === 1 ? 50 : count === 10 ? 450 : null;
}

/** What so many pulls bring; `pity` counts those since the last one that was Epic or better. */
export function gachaOf(
  source: Source,
  count: number,
  pity: number,
): { readonly items: readonly Item[]; readonly pity: number } {
  const draws = new Draws(source);
  const items: Item[] = [];
  let since = pity;
  for (let pull = 0; pull < count; pull += 1) {
    const drawn = draws.weighted(RARITIES);
    const rarity = since + 1 >= PITY && !isEpic(drawn) ? "Epic" : drawn;
    since = isEpic(rarity) ? 0 : since + 1;
    items.push({ name: draws.pick(ITEMS[rarity]), rarity });
  }
  return { items, pity: since };
}

/** Epic or better: what pity waits for. */
export function isEpic(rarity: Rarity): boolean {
  return rarity === "Epic" || rarity === "Legendary";
}

/** Where a crash round ends, in hundredths: 0.99 / (1 − u), cut off, at least 1, at most 1000. */
export function crashOf(source: Source): number {
  const part = new Draws(source).below(PARTS) + 1n;
  const hundredths = (99n * PARTS) / part;
  return Number(hundredths < 100n ? 100n : hundredths > BigInt(MOST) ? BigInt(MOST) : hundredths);
}

/** What a crash round commits to before it starts; the point in hundredths. */
export function roundCommitment(gameId: number | string, point: number, salt: string): string {
  return hexOf(sha256(bytesOf(`${gameId}:${point}:${salt}`)));
}
