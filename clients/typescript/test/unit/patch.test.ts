import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { PatchOperation } from "../../src/messages.js";
import { applyPatch, share } from "../../src/patch.js";

interface Vector {
  readonly name: string;
  readonly doc: unknown;
  readonly patch: PatchOperation[];
  readonly expected?: unknown;
  readonly error?: true;
}

/** Ours, not a TypeError of something that was frozen. */
const MISFIT = "the patch does not fit the value";

const vectors = JSON.parse(
  readFileSync(new URL("../../../../docs/vectors/patch.json", import.meta.url), "utf8"),
) as Vector[];

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}

describe("RFC 6902 vectors", () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))("%s", (_, vector) => {
    // Frozen: writing to what was given would throw a TypeError.
    const doc = freeze(structuredClone(vector.doc));
    const operations = freeze(structuredClone(vector.patch));
    if (vector.error) expect(() => applyPatch(doc, operations)).toThrow(MISFIT);
    else expect(applyPatch(doc, operations)).toEqual(vector.expected);
    expect(doc).toEqual(vector.doc);
  });
});

describe("structural sharing", () => {
  const view = freeze({ players: [{ name: "Ada" }, { name: "Bo" }], teams: [{ name: "Red" }] });

  it("copies only what lies on the way to a change", () => {
    const next = applyPatch(view, [
      { op: "replace", path: "/players/1/name", value: "Cy" },
    ]) as typeof view;
    expect(next).toEqual({ players: [{ name: "Ada" }, { name: "Cy" }], teams: [{ name: "Red" }] });
    expect(next.teams).toBe(view.teams);
    expect(next.players[0]).toBe(view.players[0]);
    expect(next.players).not.toBe(view.players);
  });

  it("returns the same value for no operations", () => {
    expect(applyPatch(view, [])).toBe(view);
  });

  it("keeps the parts of a whole view that did not change", () => {
    const next = share(view, {
      teams: [{ name: "Red" }],
      players: [{ name: "Ada" }, { name: "Cy" }],
    }) as typeof view;
    expect(next.players[1]).toEqual({ name: "Cy" });
    expect(next.teams).toBe(view.teams);
    expect(next.players[0]).toBe(view.players[0]);
    expect(share(view, structuredClone(view))).toBe(view);
  });

  it.each([
    [[1, 2], [1], [1]],
    [[1], [1, 2], [1, 2]],
    [{ a: 1 }, [1], [1]],
    [{ a: undefined }, { b: 1 }, { b: 1 }],
    [null, { a: 1 }, { a: 1 }],
    [{ a: 1, b: 2 }, { a: 1 }, { a: 1 }],
  ])("of %j and %j makes the second", (previous, next, expected) => {
    expect(share(previous, next)).toEqual(expected);
  });

  it("does not take a member named __proto__ for a prototype", () => {
    const evil = JSON.parse('[{"op":"add","path":"/__proto__","value":{"polluted":1}}]');
    expect(() => applyPatch({}, evil)).toThrow(MISFIT);
    const deep = JSON.parse('[{"op":"add","path":"/__proto__/polluted","value":1}]');
    expect(() => applyPatch({}, deep)).toThrow(MISFIT);
    expect(() => applyPatch({}, [{ op: "add", path: "/constructor/x", value: 1 }])).toThrow(MISFIT);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
