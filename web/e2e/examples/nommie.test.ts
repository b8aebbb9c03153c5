/** `examples/nextjs-nommie`: a table on the real server, built and in development. */
import type { Page, Response } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PATIENCE } from "../browser";
import { Wire } from "../network";
import { world } from "../world";
import { App, freePorts } from "./app";

// In development Next.js answers to this name alone.
const at = (port: number) => `http://localhost:${port}`;
const [port = 0, devPort = 0] = await freePorts(2);
const origin = at(port);
const w = world({ allowedOrigins: `${origin},${at(devPort)}` });
/** Between browsers and the server; this app's own requests go past it. */
let wire: Wire;
let app: App | undefined;

beforeAll(async () => {
  wire = await new Wire(w.server.port).open();
  app = await run("start", port);
});
afterAll(async () => {
  await app?.stop();
  wire?.close();
});

function run(mode: "start" | "dev", on: number): Promise<App> {
  return App.start({
    example: "nextjs-nommie",
    command: ["node_modules/next/dist/bin/next", mode, "-p", String(on)],
    env: {
      NEXT_TELEMETRY_DISABLED: "1",
      PARLOR_URL: w.server.url,
      NEXT_PUBLIC_PARLOR_WS_URL: wire.url.replace("http", "ws"),
    },
    ready: /Ready in/,
  });
}

/** A new guest's page, and what it asked for: sockets by host, snapshots by status. */
async function guest(name: string, address = origin) {
  const page = await w.open();
  const sockets: string[] = [];
  const reads: number[] = [];
  page.on("websocket", (socket) => {
    // In development there is one of Next.js, too.
    if (socket.url().startsWith(wire.url.replace("http", "ws"))) sockets.push(socket.url());
  });
  page.on("response", (reply: Response) => {
    if (reply.url().endsWith("/snapshot")) reads.push(reply.status());
  });
  await page.goto(address);
  await page.getByLabel("Your name").fill(name);
  await press(page, "Play as a guest");
  await page.getByLabel("Your name").waitFor({ state: "detached" });
  return { page, sockets, reads };
}

/** A new guest with a new game, at its table. */
async function host() {
  const ada = await guest("Ada");
  await ada.page.getByLabel("Name").fill("Friday");
  await press(ada.page, "New game");
  await ada.page.getByRole("heading", { name: "Friday" }).waitFor();
  await live(ada.page, "websocket");
  return ada;
}

function press(page: Page, name: string): Promise<void> {
  return page.getByRole("button", { name, exact: true }).click();
}

function live(page: Page, transport: string): Promise<void> {
  return page.getByRole("status").getByText(`live ${transport}`).waitFor();
}

function says(page: Page, text: string): Promise<void> {
  return page.locator("main [role=alert]").getByText(text).waitFor();
}

/** Waits for a line about a seat. */
function seat(page: Page, text: string | RegExp): Promise<void> {
  return page.getByRole("rowheader", { name: text, exact: typeof text === "string" }).waitFor();
}

/** What the app's server sends to whoever has the page's cookies, before any script has run. */
const sent = async (page: Page) => (await page.request.get(page.url())).text();
const hand = (page: Page) =>
  page.getByRole("list", { name: "Your hand" }).getByRole("listitem").allTextContents();
const moves = (page: Page) =>
  page.getByRole("group", { name: "Your moves" }).getByRole("button").allTextContents();

test("the login stays in cookies that no script can read; the browser gets tokens for sockets alone", async () => {
  const page = await w.open(origin);
  const token = () => page.request.get(`${origin}/api/ws-token`);
  expect((await token()).status()).toBe(401);

  await page.getByLabel("Your name").fill("Ada");
  await press(page, "Play as a guest");
  await page.getByRole("button", { name: "New game" }).waitFor();
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite])).toEqual([
    ["parlor_access", true, "Lax"],
    ["parlor_refresh", true, "Lax"],
  ]);
  expect(await page.evaluate(() => document.cookie)).toBe("");

  const first = (await (await token()).json()) as { token: string };
  const second = (await (await token()).json()) as { token: string };
  expect(second.token).not.toBe(first.token);
  const refused = await fetch(`${w.server.url}/api/auth/me`, {
    headers: { authorization: `Bearer ${first.token}` },
  });
  expect(refused.status, "good for a socket only").toBe(401);

  // The login runs out: the next request renews it and is answered.
  await page.context().clearCookies({ name: "parlor_access" });
  expect((await token()).status()).toBe(200);
  const renewed = await page.context().cookies();
  expect(renewed.map(({ name }) => name).sort()).toEqual(["parlor_access", "parlor_refresh"]);
  expect(renewed.every(({ value }) => cookies.every((old) => old.value !== value))).toBe(true);
});

test("two people and two bots: first paint, one socket, hidden hands, legal moves as buttons", async () => {
  const { page: ada, sockets: adaSockets } = await host();
  const { page: grace, sockets, reads } = await guest("Grace", ada.url());
  await live(grace, "websocket");
  expect(reads, "the first view came with the page").toEqual([]);
  await press(grace, "Join");
  await seat(ada, "Grace");
  await seat(grace, "Grace (you)");
  for (const _ of ["seat 2", "seat 3"]) await press(ada, "Add a bot");
  await press(ada, "Ready");
  await seat(grace, "Ada, ready");
  await press(grace, "Ready");

  // Left of the dealer begins.
  await seat(grace, "Grace (you), to act");
  await seat(ada, "Grace, to act");
  expect(await moves(grace)).toEqual(Array.from({ length: 14 }, (_, bid) => `Bid ${bid}`));
  expect(await moves(ada)).toEqual([]);
  const [hers, his] = await Promise.all([hand(ada), hand(grace)]);
  expect(new Set([...hers, ...his]).size).toBe(26);
  const [forAda, forGrace] = await Promise.all([sent(ada), sent(grace)]);
  for (const card of hers) expect(forAda).toContain(`<li>${card}</li>`);
  for (const card of his) expect(forGrace).toContain(`<li>${card}</li>`);
  for (const card of hers) expect(forGrace).not.toContain(card);
  for (const { value } of await ada.context().cookies()) expect(forAda).not.toContain(value);

  await press(grace, "Bid 3");
  await seat(ada, "Ada (you), deals, to act");
  expect(await moves(grace)).toEqual([]);
  await press(ada, "Bid 13");
  await press(ada, "♠ Spades");
  await seat(grace, "Grace (you), to act");
  await grace.getByText("13 cards, ♠ Spades: Trick").waitFor();
  expect(await moves(grace)).toEqual(his);
  const [led = ""] = his;
  await press(grace, led);
  await seat(ada, "Ada (you), deals, to act");
  const trick = ada.getByRole("list", { name: "Trick" }).getByRole("listitem");
  expect((await trick.allTextContents())[0]).toBe(`Grace: ${led}`);
  const following = hers.filter((card) => card.at(-1) === led.at(-1));
  const legal = await moves(ada);
  expect(legal).toEqual(following.length > 0 ? following : hers);
  await press(ada, legal[0] ?? "");
  await expect.poll(() => hand(ada), { timeout: PATIENCE }).toHaveLength(12);
  expect(adaSockets).toHaveLength(1);
  expect(sockets).toHaveLength(1);
});

test("a move that came too late, or may not be, says why; the page shows the newest table", async () => {
  const { page: ada } = await host();
  const { page: grace } = await guest("Grace", ada.url());
  await press(grace, "Join");
  await seat(grace, "Grace (you)");
  // Grace polls, and her polls are held up: she does not see what Ada does.
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await grace.goto(`${ada.url()}?transport=polling`);
  await live(grace, "polling");
  await grace.route("**/snapshot", (route) => held.then(() => route.continue()));
  await press(ada, "Add a bot");
  await seat(ada, /bot/);
  await press(grace, "Ready");
  await says(grace, "Somebody was faster");
  await seat(grace, /bot/);
  release();
  await press(grace, "Ready");
  await seat(ada, "Grace, ready");

  await press(ada, "Add a bot");
  const { page: eve } = await guest("Eve", ada.url());
  await press(eve, "Join");
  await says(eve, "seat");
});

test("without sockets it is live by polls with an ETag, by itself or when it is told to", async () => {
  const { page: ada } = await host();
  wire.refuse(/^GET \/ws\b/);
  try {
    const { page: grace, sockets } = await guest("Grace", ada.url());
    await live(grace, "polling");
    expect(sockets.length, "it was tried").toBeGreaterThan(0);
    await press(ada, "Add a bot");
    await seat(grace, /bot/);
    await press(grace, "Join");
    await seat(ada, "Grace");
    await seat(grace, "Grace (you)");
  } finally {
    wire.refuse();
  }

  const { page: eve, sockets, reads } = await guest("Eve", ada.url());
  await live(eve, "websocket");
  sockets.length = 0;
  await eve.goto(`${ada.url()}?transport=polling`);
  await live(eve, "polling");
  await expect.poll(() => reads, { timeout: PATIENCE }).toContain(304);
  await press(eve, "Join");
  await seat(ada, "Eve");
  expect(sockets).toEqual([]);
});

test("the button asks once over HTTP, and with the ETag the next time", async () => {
  const { page: ada, reads } = await host();
  const { page: grace } = await guest("Grace", ada.url());
  await live(grace, "websocket");
  wire.hold();
  try {
    const joined = await grace.request.post(`${ada.url().replace("/games/", "/api/games/")}/join`);
    expect(joined.status()).toBe(200);
    await press(ada, "Refresh");
    await seat(ada, "Grace");
    await press(ada, "Refresh");
    await expect.poll(() => reads, { timeout: PATIENCE }).toEqual([200, 304]);
  } finally {
    wire.mend();
  }
  await seat(grace, "Grace (you)");
});

test("a lost socket comes back with a token of its own, and nothing is missed", async () => {
  const { page: ada, sockets } = await host();
  const { page: grace } = await guest("Grace", ada.url());
  await live(grace, "websocket");
  wire.cut();
  wire.mend();
  await press(grace, "Join");
  await seat(ada, "Grace");
  await seat(grace, "Grace (you)");
  await live(ada, "websocket");
  expect(sockets).toHaveLength(2);
});

test("in development, under strict mode, a page has one socket", async () => {
  // The login made here counts there too: cookies know no ports.
  const [{ page: ada, sockets }, dev] = await Promise.all([host(), run("dev", devPort)]);
  try {
    sockets.length = 0;
    await ada.goto(ada.url().replace(origin, at(devPort)));
    await live(ada, "websocket");
    await press(ada, "Add a bot");
    await seat(ada, /bot/);
    expect(sockets).toHaveLength(1);
  } finally {
    await dev.stop();
  }
});
