/** An admin goes through a game version by version, as anyone who saw it. */
import type { Page } from "playwright-core";
import { beforeAll, expect, test, vi } from "vitest";
import { scan } from "./axe";
import { PATIENCE, PHONE, shoot } from "./browser";
import { addPlayers, makeBoard } from "./steps";
import { world } from "./world";

const w = world();

/** A request of somebody, with its body as JSON. */
async function ask<Body>(token: string, method: string, path: string, body?: unknown) {
  const response = await fetch(w.server.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true);
  const text = await response.text();
  return (text ? JSON.parse(text) : null) as Body;
}

interface Snapshot {
  readonly lock_version: number;
  readonly status: string;
}

/** A whole game of Nommie that bots have played to its end, and a token of an admin. */
async function played(): Promise<{ id: string; last: number; admin: string }> {
  const guest = await fetch(`${w.server.url}/api/auth/guest`, { method: "POST" });
  const { access_token: ann } = (await guest.json()) as { access_token: string };
  const wish = { name: "Friday", bot_pace_ms: 0 };
  const { game } = await ask<{ game: { id: number } }>(ann, "POST", "/api/games", wish);
  const session = `/api/sessions/${game.id}`;
  for (const command of [
    { do: "add_bot" },
    { do: "add_bot" },
    { do: "add_bot" },
    { do: "ready", is_ready: true },
    { do: "leave" },
  ]) {
    await ask(ann, "POST", `${session}/commands`, { command });
  }
  const now = () => ask<Snapshot>(ann, "GET", session);
  const over = { timeout: 2 * PATIENCE, interval: 200 };
  await vi.waitUntil(async () => (await now()).status === "ended", over);
  const last = (await now()).lock_version;
  return { id: String(game.id), last, admin: w.server.adminToken("root") };
}

let game: Awaited<ReturnType<typeof played>>;
beforeAll(async () => {
  game = await played();
});

async function enter(page: Page, token: string): Promise<void> {
  await page.getByLabel("Admin token").fill(token);
  await page.getByRole("button", { name: "Look" }).click();
}

/** Waits until the page shows this version, entry and view alike. */
async function shows(page: Page, version: number): Promise<void> {
  await page.locator(".replay-place", { hasText: new RegExp(`^${version} of`) }).waitFor();
  await page.getByRole("heading", { level: 2, name: new RegExp(`^${version}:`) }).waitFor();
}

/** The hand that the view shows, as the tree has it. */
function hand(page: Page) {
  return page.locator(".replay-view details", { has: page.getByText("viewer_hand") });
}

test.each([
  ["light", { colorScheme: "light" as const }],
  ["dark", { colorScheme: "dark" as const }],
  ["phone", { ...PHONE, colorScheme: "light" as const }],
])("%s: a finished game is gone through", async (name, options) => {
  const page = await w.open(`${w.server.url}/admin/sessions/${game.id}`, options);
  await page.getByRole("heading", { name: "For admins" }).waitFor();
  expect(await scan(page), "gate").toEqual([]);
  await enter(page, "not-a-token");
  await page.getByText("The server did not take this token").waitFor();
  await enter(page, game.admin);
  await shows(page, game.last);
  await page.getByRole("heading", { level: 1, name: "Friday" }).waitFor();
  await page.getByText(`Log checks out to ${game.last}`).waitFor();
  await page.getByText("· ended").waitFor();

  // As the game draws it, then as data.
  await page.getByRole("heading", { name: /\bwins? / }).waitFor();
  await page.getByRole("radio", { name: "As data" }).check();
  await page.getByRole("radio", { name: "As data" }).blur();
  await page.keyboard.press("Home");
  await shows(page, 1);
  await page.getByRole("heading", { name: "1: created" }).waitFor();
  await page.keyboard.press("ArrowRight");
  await page.getByRole("heading", { name: "2: add_bot" }).waitFor();
  const marked = page.locator(".replay-view [data-changed]");
  await marked.first().waitFor();
  await page.keyboard.press("ArrowLeft");
  await shows(page, 1);
  expect(await marked.count(), "there is nothing before the first").toBe(0);
  await page.keyboard.press("End");
  await shows(page, game.last);

  const slider = page.getByRole("slider", { name: "Version" });
  await slider.fill("40");
  await shows(page, 40);
  expect(await hand(page).count(), "spectators see no hand").toBe(0);
  await page.getByLabel("View as").selectOption("seat 1");
  await page.getByRole("heading", { name: "What seat 1 saw" }).waitFor();
  await hand(page).waitFor();
  expect(new URL(page.url()).hash).toBe("#v=40&as=1");
  await shoot(page, `replay-${name}`);
  expect(await scan(page), "replay").toEqual([]);
  await page.getByRole("radio", { name: "As a table" }).check();
  await page.getByRole("list", { name: "Hand" }).waitFor();
  expect(await page.locator(".hand-card").count(), "nothing to press").toBe(0);
  await shoot(page, `replay-table-${name}`);
  expect(await scan(page), "replay as a table").toEqual([]);

  await page.getByLabel("Speed").selectOption("10 a second");
  await page.getByRole("button", { name: "Play" }).click();
  const place = page.locator(".replay-place strong");
  const played = async () => Number(await place.textContent());
  await expect.poll(played, { timeout: PATIENCE }).toBeGreaterThan(43);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Play" }).waitFor();

  await page.reload();
  await page.getByRole("heading", { name: "What seat 1 saw" }).waitFor();
});

test("a running board is followed", async () => {
  const ada = await w.open();
  const address = await makeBoard(ada, w.server.url, { title: "Saturday", name: "Ada" });
  const admin = await w.open(address.replace("/boards/", "/admin/sessions/"));
  await enter(admin, game.admin);
  await admin.getByText("running · following").waitFor();
  await addPlayers(ada, "Players", ["Ada"]);
  await admin.getByRole("heading", { name: /: add_player$/ }).waitFor();
  await admin.locator(".replay-view").getByText('"Ada"').first().waitFor();

  // Who has stepped back stays there when more happens.
  await admin.keyboard.press("Home");
  await shows(admin, 1);
  const place = admin.locator(".replay-place");
  const before = await place.textContent();
  await addPlayers(ada, "Players", ["Grace"]);
  await expect.poll(() => place.textContent(), { timeout: PATIENCE }).not.toBe(before);
  await shows(admin, 1);

  // The way there, for those who have a token.
  await admin.goto(address);
  await admin.getByRole("link", { name: "Replay" }).click();
  await admin.getByRole("heading", { level: 1, name: "Saturday" }).waitFor();
  expect(await ada.getByRole("link", { name: "Replay" }).count(), "not for others").toBe(0);
});

test("what is broken or not there is said", async () => {
  const page = await w.open();
  await page.route(/versions\/\d+/, async (route) => {
    const version = Number(/versions\/(\d+)/.exec(route.request().url())?.[1]);
    if (version < 30) return route.continue();
    return route.fulfill({
      status: 500,
      contentType: "application/problem+json",
      body: JSON.stringify({
        code: "LOG_BROKEN",
        detail: "version 30: the rules make another state of the logged command",
        extensions: { version: 30 },
      }),
    });
  });
  await page.goto(`${w.server.url}/admin/sessions/${game.id}`);
  await enter(page, game.admin);
  await page.getByText("The log is broken from version 30 on.").waitFor();
  await page.getByText("Log broken").waitFor();
  expect(await scan(page), "broken").toEqual([]);
  await shoot(page, "replay-broken");
  await page.getByRole("button", { name: "To version 29" }).click();
  await shows(page, 29);
  await page.getByText("Log checks out to 29").waitFor();

  await page.goto(`${w.server.url}/admin/sessions/4242424242`);
  await page.getByRole("heading", { name: "No such session" }).waitFor();
});
