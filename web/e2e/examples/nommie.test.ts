/**
 * `examples/nextjs-nommie`: logins and tokens against a real server; the table against
 * `NommieServer`, which speaks the game's contract.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PATIENCE } from "../browser";
import { world } from "../world";
import { App, freePort } from "./app";
import { NommieServer } from "./nommie-server";

const port = await freePort();
// In development Next.js answers to this name alone.
const origin = `http://localhost:${port}`;
const w = world();
let game: NommieServer;
let app: App | undefined;

beforeAll(async () => {
  game = await new NommieServer(w.server.url).open();
  app = await run("start", port);
});
afterAll(async () => {
  await app?.stop();
  game?.close();
});

function run(mode: "start" | "dev", on: number): Promise<App> {
  return App.start({
    example: "nextjs-nommie",
    command: ["node_modules/next/dist/bin/next", mode, "-p", String(on)],
    env: {
      NEXT_TELEMETRY_DISABLED: "1",
      PARLOR_URL: game.url,
      NEXT_PUBLIC_PARLOR_WS_URL: game.url.replace("http", "ws"),
    },
    ready: /Ready in/,
  });
}

/** Opens an address as a new guest. */
async function guest(address: string, name: string): Promise<Page> {
  const page = await w.open(address);
  await page.getByLabel("Your name").fill(name);
  await press(page, "Play as a guest");
  await page.getByLabel("Your name").waitFor({ state: "detached" });
  return page;
}

/** A new guest with a new game, at its table. */
async function host(): Promise<Page> {
  const page = await guest(origin, "Ada");
  await press(page, "New game");
  await live(page, "websocket");
  return page;
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

const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });
const hand = (page: Page) => page.getByRole("list", { name: "Your hand" }).getByRole("listitem");

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

test("two at a table: it comes with the first snapshot, is live by one socket, and hides what is hidden", async () => {
  const ada = await host();
  const grace = await guest(ada.url(), "Grace");
  await press(grace, "Take a seat");
  await live(grace, "websocket");
  await row(ada, "Player 1").waitFor();
  await row(grace, "Player 1 (you)").waitFor();
  expect(game.opened).toBe(2);
  expect(game.watching).toBe(2);

  await press(ada, "Ready");
  await row(grace, "Player 0, ready").waitFor();
  await press(grace, "Ready");
  await row(ada, "Player 0 (you), to act").waitFor();
  await row(grace, "Player 0, to act").waitFor();
  expect(await hand(ada).allTextContents()).toEqual(["2♣", "10♦", "A♠"]);
  expect(await hand(grace).allTextContents()).toEqual(["3♣", "4♦", "K♥"]);
  expect(await grace.getByRole("button", { name: /^Bid/ }).count()).toBe(0);

  // What this app's server sends, before any script has run, to each their own.
  const sent = async (page: Page) => (await page.request.get(page.url())).text();
  expect(await sent(ada)).toContain("10♦");
  expect(await sent(grace)).toContain("K♥");
  expect(await sent(grace)).not.toMatch(/10♦|"TD"|TD/);
  const secrets = (await ada.context().cookies()).map(({ value }) => value);
  for (const secret of secrets) expect(await sent(ada)).not.toContain(secret);

  await press(ada, "Bid 3");
  for (const page of [ada, grace]) await row(page, "Player 0").getByText("3").waitFor();
  await grace.getByRole("button", { name: "Bid 1" }).waitFor();
  expect(await ada.getByRole("button", { name: /^Bid/ }).count()).toBe(0);
  expect(game.opened, "one socket a page, still").toBe(2);
});

test("a move that came too late or may not be says why, and the page shows the newest table", async () => {
  const ada = await host();
  const grace = await guest(ada.url(), "Grace");
  await press(grace, "Take a seat");
  await live(grace, "websocket");
  // Grace's connection is held up: she does not see that Ada is ready.
  game.hold(1);
  await press(ada, "Ready");
  await row(ada, "Player 0 (you), ready").waitFor();
  await press(grace, "Ready");
  await says(grace, "Somebody was faster");
  await row(grace, "Player 0, ready").waitFor();
  game.refuse = "the game sleeps";
  await press(grace, "Ready");
  await says(grace, "the game sleeps");
});

test("without sockets it is live by polls with an ETag, by itself or when it is told to", async () => {
  const ada = await host();
  const asks: string[] = [];
  const grace = await guest(ada.url(), "Grace");
  grace.on("websocket", () => asks.push("socket"));
  game.sockets = false;
  try {
    await press(grace, "Watch");
    await live(grace, "polling");
    expect(asks.length).toBeGreaterThan(0);
    await press(ada, "Ready");
    await row(grace, "Player 0, ready").waitFor();
  } finally {
    game.sockets = true;
  }

  asks.length = 0;
  await grace.goto(`${ada.url()}?transport=polling`);
  await live(grace, "polling");
  const before = game.reads.length;
  await expect
    .poll(() => game.reads.slice(before).some(({ status }) => status === 304), {
      timeout: PATIENCE,
    })
    .toBe(true);
  await press(ada, "Not ready");
  await row(grace, "Player 0, ready").waitFor({ state: "detached" });
  await press(grace, "Join");
  await row(ada, "Player 1").waitFor();
  await row(grace, "Player 1 (you)").waitFor();
  expect(asks).toEqual([]);
});

test("the button asks once over HTTP, and with the ETag the next time", async () => {
  const ada = await host();
  const reads = game.reads.length;
  const asked = async (count: number) => {
    await expect.poll(() => game.reads.length, { timeout: PATIENCE }).toBe(reads + count);
    return game.reads.slice(reads).map(({ status }) => status);
  };
  await press(ada, "Refresh");
  expect(await asked(1)).toEqual([200]);
  await press(ada, "Refresh");
  expect(await asked(2)).toEqual([200, 304]);
  game.silence();
  await press(ada, "Refresh");
  await row(ada, "Player 1").waitFor();
  expect(await asked(3)).toEqual([200, 304, 200]);
});

test("a lost socket comes back with a fresh token, and nothing is missed", async () => {
  const ada = await host();
  const grace = await guest(ada.url(), "Grace");
  await press(grace, "Take a seat");
  await live(grace, "websocket");
  game.cut();
  await press(ada, "Ready");
  await row(grace, "Player 0, ready").waitFor();
  await live(grace, "websocket");
  expect(game.watching).toBe(2);
});

test("in development, under strict mode, a page has one socket", async () => {
  const other = await freePort();
  // The login made here counts there too: cookies know no ports.
  const [ada, dev] = await Promise.all([host(), run("dev", other)]);
  try {
    const before = game.opened;
    await ada.goto(ada.url().replace(origin, `http://localhost:${other}`));
    await live(ada, "websocket");
    await press(ada, "Ready");
    await row(ada, "Player 0 (you), ready").waitFor();
    expect(game.opened).toBe(before + 1);
    await expect.poll(() => game.watching, { timeout: PATIENCE }).toBe(1);
  } finally {
    await dev.stop();
  }
});
