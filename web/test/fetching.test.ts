import { Api } from "parlor-client";
import { expect, test } from "vitest";
import { createCatalogue } from "../src/board/catalogue";
import { fetchBoards, PAGE } from "../src/home/fetch-boards";

/** An Api that answers from a function instead of a network, and the requests it made. */
function apiOf(answer: (method: string, path: string) => unknown) {
  const asked: string[] = [];
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    const method = init?.method ?? "GET";
    const path = String(input);
    asked.push(`${method} ${path}`);
    const body = answer(method, path);
    return body === undefined
      ? new Response('{"code":"UNAVAILABLE"}', { status: 503 })
      : new Response(JSON.stringify(body), { status: 200 });
  };
  return { api: new Api({ fetch }), asked };
}

const line = (session: number, status = "running") => ({
  session: String(session),
  game: "scoreboard",
  status,
  title: `Board ${session}`,
  owner: null,
  lock_version: 1,
  viewers: 0,
});

test("pages go on where the one before ended, and leave out what has ended", async () => {
  const { api, asked } = apiOf((_, path) =>
    path.includes("after=8")
      ? { sessions: [line(7)], next: null }
      : { sessions: [line(9), line(8, "ended")], next: "8" },
  );
  const first = await fetchBoards(api, null);
  expect(first).toEqual({ lines: [line(9)], next: "8" });
  expect(await fetchBoards(api, first.next)).toEqual({ lines: [line(7)], next: null });
  expect(asked).toEqual([
    `GET /api/sessions?game=scoreboard&limit=${PAGE}`,
    `GET /api/sessions?game=scoreboard&limit=${PAGE}&after=8`,
  ]);
});

test("the catalogue is sorted by name and follows its own changes", async () => {
  const { api, asked } = apiOf((method) =>
    method === "GET"
      ? [
          { id: "d1", name: "Negroni" },
          { id: "d2", name: "Mojito" },
        ]
      : { id: "d3", name: "Spritz" },
  );
  const catalogue = createCatalogue(api);
  let told = 0;
  catalogue.subscribe(() => {
    told += 1;
  });
  const names = () => catalogue.getState().drinks?.map((drink) => drink.name);
  expect(names()).toBeUndefined();
  await catalogue.load();
  expect(names()).toEqual(["Mojito", "Negroni"]);
  expect(await catalogue.add("Spritz")).toEqual({ id: "d3", name: "Spritz" });
  await catalogue.rename("d1", "Americano");
  await catalogue.remove("d2");
  expect(names()).toEqual(["Americano", "Spritz"]);
  expect(told).toBe(4);
  expect(asked).toEqual([
    "GET /game/drinks",
    "POST /game/drinks",
    "PATCH /game/drinks/d1",
    "DELETE /game/drinks/d2",
  ]);
});

test("a catalogue that cannot be fetched keeps the error; a failed change throws and changes nothing", async () => {
  const { api } = apiOf(() => undefined);
  const catalogue = createCatalogue(api);
  await catalogue.load();
  expect(catalogue.getState()).toMatchObject({ drinks: null, error: { code: "UNAVAILABLE" } });
  await expect(catalogue.add("Spritz")).rejects.toMatchObject({ code: "UNAVAILABLE" });
  expect(catalogue.getState().drinks).toBeNull();
});
