/** What people do at a table of Nommie, by what they see and hear. */
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { PATIENCE } from "./browser";
import { live, login } from "./steps";

/** Gives a name in the lobby; ends there. */
export async function comeIn(page: Page, origin: string, name: string): Promise<void> {
  await page.goto(`${origin}/nommie`);
  await page.getByRole("button", { name: "Come in" }).click();
  const dialog = page.getByRole("dialog", { name: "What shall we call you?" });
  await dialog.getByLabel("Your name").fill(name);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("radio", { name: "Free seats" }).waitFor();
}

/** Asks the server with the login that the page keeps; resolves with the status and the body. */
export async function ask<Body>(
  page: Page,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Body }> {
  const { access_token } = await login(page);
  const response = await page.request.fetch(new URL(path, page.url()).href, {
    method,
    headers: { authorization: `Bearer ${access_token}` },
    ...(body !== undefined && { data: body }),
  });
  const text = await response.text();
  return { status: response.status(), body: (text ? JSON.parse(text) : null) as Body };
}

/** A table made behind the scenes, with its bots. Resolves with its address; the page stays. */
export async function setTable(
  page: Page,
  { name = "Friday", pace = 0, bots = 3, clock }: Table = {},
): Promise<string> {
  const made = await ask<{ game: { id: number } }>(page, "POST", "/api/games", {
    name,
    bot_pace_ms: pace,
    ...(clock && { turn_clock: clock }),
  });
  expect(made.status).toBe(201);
  const { id } = made.body.game;
  for (let bot = 0; bot < bots; bot += 1) {
    expect((await ask(page, "POST", `/api/games/${id}/ai/add`, {})).status).toBe(204);
  }
  return `${new URL(page.url()).origin}/nommie/${id}`;
}

interface Table {
  readonly name?: string;
  readonly pace?: number;
  readonly bots?: number;
  readonly clock?: { kind: "fixed" | "increment"; seconds: number; grace_seconds?: number };
}

/** Sits down at a table that has a free seat. */
export async function sitDown(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await live(page);
  await page.getByRole("button", { name: "Take a seat" }).click();
  await page.getByRole("button", { name: "I am ready" }).waitFor();
}

export async function ready(page: Page): Promise<void> {
  await page.getByRole("button", { name: "I am ready" }).click();
}

/** The cards of the own hand, as the page holds them. */
export function hand(page: Page): Promise<string[]> {
  return page
    .locator(".hand-card")
    .evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.card ?? ""));
}

/** The cards that may be played now. */
export function playable(page: Page): Locator {
  return page.locator('.hand-card[aria-disabled="false"]');
}

/** Whether something is asked of this window now, and what. */
export function asked(page: Page): Promise<"bid" | "trump" | "card" | null> {
  return page.evaluate(() => {
    if (document.querySelector(".bids")) return "bid";
    if (document.querySelector(".trumps")) return "trump";
    return document.querySelector('.hand-card[aria-disabled="false"]') ? "card" : null;
  });
}

/** Waits until something is asked of one of these windows; resolves with the window. */
export async function whoseTurn(pages: readonly Page[]): Promise<Page> {
  let found: Page | undefined;
  const look = async () => {
    const all = await Promise.all(pages.map(asked));
    found = pages[all.findIndex((one) => one !== null)];
    return found !== undefined;
  };
  await expect.poll(look, { timeout: PATIENCE, interval: 25 }).toBe(true);
  if (!found) throw new Error("it is nobody's turn");
  return found;
}

/** Does one legal thing by clicking, and waits until the page has taken it. */
export async function act(page: Page): Promise<string> {
  const what = await asked(page);
  const bids = page.locator('.bid[aria-disabled="false"]');
  const button =
    what === "bid"
      ? bids.nth(Math.min(1, (await bids.count()) - 1))
      : what === "trump"
        ? page.locator(".trump-choice").first()
        : playable(page).first();
  const name = (await button.getAttribute("aria-label")) ?? "trumps";
  if (what === "card") {
    const card = (await button.getAttribute("data-card")) ?? "";
    const before = (await hand(page)).length;
    // Cards lie over each other: at their left edge, as people take them.
    await button.click({ position: { x: 8, y: 20 } });
    // After the last card of a round the same one may be dealt again at once.
    const taken = async () => {
      const now = await hand(page);
      return !now.includes(card) || now.length > before;
    };
    await expect.poll(taken, { timeout: PATIENCE, interval: 25 }).toBe(true);
  } else {
    await button.click();
    await page.locator(what === "bid" ? ".bids" : ".trumps").waitFor({ state: "detached" });
  }
  return name;
}

/** Final scores by seat, as the page shows them. */
export function finalScores(page: Page): Promise<string[]> {
  return page
    .locator("[data-final]")
    .evaluateAll((cells) =>
      cells.map((cell) => `${(cell as HTMLElement).dataset.final}: ${cell.textContent}`).sort(),
    );
}
