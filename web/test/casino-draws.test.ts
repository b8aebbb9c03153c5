/** The draws against the vectors that the rules made (`games/casino/tests/all/vectors.rs`). */
import { expect, test } from "vitest";
import vectors from "../../docs/vectors/casino-fairness.json";
import {
  commitmentOf,
  crashOf,
  Draws,
  gachaOf,
  halvesOf,
  handOf,
  roundCommitment,
  slotOf,
} from "../src/casino/draws";
import { multiplierAt, reachedAfter, timesText } from "../src/casino/multiplier";
import { bytesOf, bytesOfHex, hexOf, hmac, sha256 } from "../src/casino/sha256";

const { subtle } = crypto;
const HMAC = { name: "HMAC", hash: "SHA-256" };

/** As the platform itself does it. */
async function platformHmac(key: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>) {
  const held = await subtle.importKey("raw", key, HMAC, false, ["sign"]);
  return hexOf(new Uint8Array(await subtle.sign("HMAC", held, message)));
}

test.each([0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 1000])("hashes of %i bytes", async (length) => {
  const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256);
  const hash = await subtle.digest("SHA-256", bytes);
  expect(hexOf(sha256(bytes))).toBe(hexOf(new Uint8Array(hash)));
  const short = bytes.slice(0, length / 2 + 1).fill(9);
  const keys = [short.length > 0 ? short : Uint8Array.of(1), new Uint8Array(100).fill(3)];
  for (const key of keys) {
    expect(hexOf(hmac(key, bytes))).toBe(await platformHmac(key, bytes));
  }
});

test("hexadecimal digits and bytes", () => {
  expect(bytesOfHex("00fF")).toEqual(Uint8Array.of(0, 255));
  expect(bytesOfHex("")).toEqual(new Uint8Array());
  expect(bytesOfHex("0")).toBeNull();
  expect(bytesOfHex("zz")).toBeNull();
  expect(hexOf(bytesOf("7️⃣"))).toBe("37efb88fe283a3");
});

test.each(vectors.draws)("play $counter of “$client_seed”", (vector) => {
  const serverSeed = bytesOfHex(vector.server_seed) as Uint8Array;
  const source = { serverSeed, clientSeed: vector.client_seed, counter: vector.counter };
  expect(commitmentOf(serverSeed)).toBe(vector.commitment);
  const draws = new Draws(source);
  const words = vector.words.map(() => draws.bits().toString(16).padStart(16, "0"));
  expect(words).toEqual(vector.words);
  expect(slotOf(source)).toEqual(vector.slot);
  expect(handOf(source)).toBe(vector.rps);
  const { pity_before, items, pity } = vector.gacha;
  expect(gachaOf(source, items.length, pity_before)).toEqual({ items, pity });
  expect(crashOf(source)).toBe(vector.crash);
});

test.each(vectors.reels)("what $reels bring", ({ reels, fair, classic }) => {
  expect(halvesOf("fair", reels)).toBe(fair);
  expect(halvesOf("classic", reels)).toBe(classic);
  expect(halvesOf("toString", reels)).toBeNull();
});

test.each(vectors.rounds)("round $game_id is committed to", (round) => {
  expect(roundCommitment(round.game_id, round.point, round.salt)).toBe(round.commitment);
});

test.each(vectors.multipliers as [number, number][])("%i ms: %i hundredths", (millis, times) => {
  expect(multiplierAt(millis)).toBe(times);
});

test("the multiplier grows from 1 to its end, and time is its inverse", () => {
  expect(multiplierAt(-5)).toBe(100);
  expect(Math.abs(reachedAfter(200) - 11_552.45)).toBeLessThan(0.1);
  for (const times of [101, 150, 999, 54_321]) {
    const at = reachedAfter(times);
    expect(multiplierAt(Math.ceil(at))).toBeGreaterThanOrEqual(times);
    expect(multiplierAt(Math.floor(at) - 1)).toBeLessThan(times);
  }
  expect(reachedAfter(Number.POSITIVE_INFINITY)).toBe(reachedAfter(100_000));
  expect(timesText(1.5)).toBe("1.50×");
});

test("a draw that would favour small numbers is drawn again", () => {
  const draws = new Draws({ serverSeed: new Uint8Array(32), clientSeed: "", counter: 0 });
  const words = [2n ** 64n - 1n, 2n ** 64n - 1n, 7n];
  draws.bits = () => words.shift() ?? 0n;
  expect(draws.below(3n)).toBe(1n);
  expect(words).toEqual([]);
});
