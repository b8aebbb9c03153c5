import { Api, ApiError } from "parlor-client";
import { expect, test } from "vitest";
import { countOf, difference, type Json, pointer } from "../src/replay/diff";
import { hashOf, placeIn, replayIdIn, replayPath } from "../src/replay/links";
import { Moments } from "../src/replay/moments";
import { actorName, deed } from "../src/replay/words";

test.each<[string, Json, Json, string[], string[], [string, string[]][]]>([
  ["nothing", { a: [1, { b: null }] }, { a: [1, { b: null }] }, [], [], []],
  ["a value", { a: 1, b: 2 }, { a: 1, b: 3 }, ["/b"], [""], []],
  [
    "deep down",
    { a: { b: [1, 2] }, c: 1 },
    { a: { b: [1, 9] }, c: 1 },
    ["/a/b/1"],
    ["/a/b", "/a", ""],
    [],
  ],
  ["a new key", { a: 1 }, { a: 1, b: { c: 2 } }, ["/b"], [""], []],
  ["a key that is gone", { a: 1, b: 2 }, { a: 1 }, [], [""], [["", ["b"]]]],
  ["a longer list", [1], [1, 2], ["/1"], [""], []],
  ["a shorter list", [1, 2], [1], [], [""], [["", ["1"]]]],
  ["another kind", { a: [] }, { a: {} }, ["/a"], [""], []],
  ["null is a value", { a: null }, { a: 0 }, ["/a"], [""], []],
  ["all of it", 1, [1], [""], [], []],
  ["odd keys", { "a/b": 1, "~": 1 }, { "a/b": 2, "~": 2 }, ["/a~1b", "/~0"], [""], []],
])("what differs: %s", (_, before, after, changed, inside, gone) => {
  const found = difference(before, after);
  expect([...found.changed]).toEqual(changed);
  expect([...found.inside]).toEqual(inside);
  expect([...found.gone]).toEqual(gone);
  expect(countOf(found)).toBe(changed.length + gone.flatMap(([, keys]) => keys).length);
});

test("pointers are those of RFC 6901", () => {
  expect(pointer(pointer("", "a"), 0)).toBe("/a/0");
});

test("addresses name a session, a version and a viewer", () => {
  expect(replayIdIn(replayPath("4711"))).toBe("4711");
  expect(replayIdIn("/admin/sessions/4711/")).toBe("4711");
  for (const path of [
    "/admin/sessions/",
    "/admin/sessions/x",
    "/boards/1",
    "/admin/sessions/1/2",
  ]) {
    expect(replayIdIn(path)).toBeNull();
  }
  for (const place of [
    { version: 12, seenAs: 0 },
    { version: null, seenAs: "spectator" },
    { version: 3, seenAs: "spectator" },
  ] as const) {
    expect(placeIn(hashOf(place))).toEqual(place);
  }
  expect(hashOf({ version: null, seenAs: "spectator" })).toBe("");
  for (const odd of ["", "#v=0", "#v=-1&as=256", "#v=x&as=", "#as=1.5"]) {
    expect(placeIn(odd)).toEqual({ version: null, seenAs: "spectator" });
  }
});

/** A server that answers by path, and what it was asked. */
function server(answer: (path: string) => { status?: number; body: unknown }) {
  const asked: string[] = [];
  const fetch = async (input: RequestInfo | URL) => {
    const path = String(input).replace("/api/admin/sessions/7", "");
    asked.push(path);
    const { status = 200, body } = answer(path);
    return new Response(JSON.stringify(body), { status });
  };
  return { moments: new Moments(new Api({ fetch }), "7", 0), asked };
}

test("a version is asked for once for each viewer", async () => {
  const { moments, asked } = server((path) => ({ body: { path } }));
  await Promise.all([moments.get(3, "spectator"), moments.get(3, "spectator")]);
  await moments.get(3, 0);
  expect(await moments.get(3, "spectator")).toEqual({ path: "/versions/3?as=spectator" });
  expect(asked).toEqual(["/versions/3?as=spectator", "/versions/3?as=0"]);
});

test("a refusal is not kept", async () => {
  let broken = true;
  const { moments, asked } = server(() =>
    broken
      ? { status: 500, body: { code: "LOG_BROKEN", extensions: { version: 3 } } }
      : { body: 1 },
  );
  await expect(moments.get(3, 0)).rejects.toMatchObject({ code: "LOG_BROKEN" });
  await expect(moments.get(3, 0)).rejects.toBeInstanceOf(ApiError);
  broken = false;
  expect(await moments.get(3, 0)).toBe(1);
  expect(asked.length).toBe(3);
});

test("a long rebuild goes on where it was, and says how far it is", async () => {
  const reached = [20_000, 40_000];
  const { moments } = server(() => {
    const next = reached.shift();
    return next === undefined
      ? { body: "there" }
      : { status: 503, body: { code: "UNAVAILABLE", extensions: { reached: next } } };
  });
  const told: number[] = [];
  expect(await moments.get(50_000, 0, (version) => told.push(version))).toBe("there");
  expect(told).toEqual([20_000, 40_000]);
});

test("commits in words", () => {
  expect(actorName({ user: "ann" })).toBe("ann");
  expect(actorName({ service: "svc" })).toBe("svc (service)");
  expect(actorName("clock")).toBe("the clock");
  expect(deed({ kind: "command", command: { do: "play", card: "AS" } })).toBe("play");
  expect(deed({ kind: "command", command: [1] })).toBe("command");
  expect(deed({ kind: "created", command: { do: "x" } })).toBe("created");
});
