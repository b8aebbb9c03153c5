/** Networks that let no socket through, or no stream either: the board is live all the same. */
import type { Page } from "playwright-core";
import { afterEach, expect, test } from "vitest";
import { Wire } from "./network";
import { addDrink, addPlayers, joinBoard, makeBoard, makeEditLink, shows, tap } from "./steps";
import { world } from "./world";

const w = world();
let wire: Wire | null = null;
afterEach(() => wire?.close());

const SOCKETS = /^GET \/ws\b/;
const STREAMS = /^GET \/api\/sessions\/\d+\/stream\b/;

/** Waits until the page says that it is in sync, and by which transport. */
function liveBy(page: Page, transport: string): Promise<void> {
  return page.locator(`.pill[data-state="live"][title="Live by ${transport}"]`).waitFor();
}

test("without sockets it is live by a stream, without streams by polls; it follows and is followed", async () => {
  const ada = await w.open();
  await makeBoard(ada, w.server.url, { title: "Office party", name: "Ada" });
  await liveBy(ada, "WebSocket");
  await addPlayers(ada, "Players", ["Ada"]);
  await addDrink(ada, "Ada", "Negroni");
  const link = await makeEditLink(ada);
  await ada.keyboard.press("Escape");

  wire = await new Wire(w.server.port).open();
  wire.refuse(SOCKETS);
  const office = await w.open();
  // What it asks for, to see that each way was tried before the next.
  const asked: string[] = [];
  office.on("websocket", () => asked.push("socket"));
  office.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname.endsWith("/stream")) asked.push("stream");
    else if (url.searchParams.has("wait")) asked.push("poll");
  });
  await joinBoard(office, link.replace(w.server.url, wire.url), "Grace");
  await liveBy(office, "Server-Sent Events");
  expect([...new Set(asked)]).toEqual(["socket", "stream"]);
  await tap(ada, "Ada", "Negroni", "more");
  await shows(office, ["Ada: 2 Negroni"]);
  await tap(office, "Ada", "Negroni", "more");
  await shows(ada, ["Ada: 3 Negroni"]);
  await shows(office, ["Ada: 3 Negroni"]);

  // The stream that runs ends, and none comes through any more.
  wire.refuse(SOCKETS, STREAMS);
  wire.cut();
  wire.mend();
  asked.length = 0;
  await liveBy(office, "polling");
  expect(asked.indexOf("stream")).toBeGreaterThanOrEqual(0);
  expect(asked.indexOf("poll")).toBeGreaterThan(asked.indexOf("stream"));
  await tap(ada, "Ada", "Negroni", "less");
  await shows(office, ["Ada: 2 Negroni"]);
  await tap(office, "Ada", "Negroni", "less");
  await shows(ada, ["Ada: 1 Negroni"]);
  await shows(office, ["Ada: 1 Negroni"]);
});
