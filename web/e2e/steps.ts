/** What people do on the pages, by what they see and hear. */

import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { PATIENCE } from "./browser";

/** Makes a board from the first page as a new guest; ends on the board. Resolves with its address. */
export async function makeBoard(
  page: Page,
  origin: string,
  { title, teams = [], name }: { title: string; teams?: string[]; name: string | null },
): Promise<string> {
  await page.goto(origin);
  await page.getByLabel("What is the occasion?").fill(title);
  for (const [index, team] of teams.entries()) {
    await page.getByRole("button", { name: "Add a team" }).click();
    await page.getByLabel(`Name of team ${index + 1}`).fill(team);
  }
  await page.getByRole("button", { name: "New board" }).click();
  const dialog = page.getByRole("dialog", { name: "What shall we call you?" });
  if (name === null) {
    await dialog.getByRole("button", { name: "Skip" }).click();
  } else {
    await dialog.getByLabel("Your name").fill(name);
    await dialog.getByRole("button", { name: "Continue" }).click();
  }
  await page.waitForURL(/\/boards\/\d+$/);
  await live(page);
  return page.url();
}

/** The login that the page keeps. */
export function login(page: Page): Promise<{ access_token: string; user: { id: string } }> {
  return page.evaluate(() => JSON.parse(localStorage.getItem("parlor.login") ?? "null"));
}

/** Makes an edit link as the owner; ends in the dialog that shows it. Resolves with the link. */
export async function makeEditLink(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Share" }).click();
  await page.getByRole("radio", { name: "To edit" }).check();
  await page.getByRole("button", { name: "Make an edit link" }).click();
  return page.getByRole("textbox", { name: "Link to edit" }).inputValue();
}

/** Opens an edit link as a new guest; ends as an editor. Resolves with the user id. */
export async function joinBoard(page: Page, link: string, name: string): Promise<string> {
  await page.goto(link);
  const dialog = page.getByRole("dialog", { name: "What shall we call you?" });
  await dialog.getByLabel("Your name").fill(name);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await page.getByText("You are in: you can change this board.").waitFor();
  return (await login(page)).user.id;
}

/** Waits until the page says that it is in sync. */
export function live(page: Page): Promise<void> {
  return state(page, "live");
}

/** Waits until the page says how its connection is. */
export function state(page: Page, word: string): Promise<void> {
  return page.locator(`.pill[data-state="${word}"]`).waitFor();
}

export function group(page: Page, name: string): Locator {
  return page.getByRole("region", { name });
}

export function card(page: Page, player: string): Locator {
  return page.locator(".player").filter({ has: page.getByRole("heading", { name: player }) });
}

/** Adds players to a group, one after the other, without leaving the field. */
export async function addPlayers(page: Page, where: string, names: string[]): Promise<void> {
  const region = group(page, where);
  await region.getByRole("button", { name: "Add a player" }).click();
  for (const name of names) {
    await region.getByPlaceholder("Name").fill(name);
    await region.getByPlaceholder("Name").press("Enter");
    await card(page, name).and(page.locator(":not([data-pending])")).waitFor();
  }
  await region.getByPlaceholder("Name").press("Escape");
}

/** A first drink, by the dialog. */
export async function addDrink(page: Page, player: string, drink: string): Promise<void> {
  await page.getByRole("button", { name: `Add a drink for ${player}` }).click();
  const dialog = page.getByRole("dialog", { name: `A drink for ${player}` });
  await dialog.getByRole("button", { name: drink, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

/** Presses the big plus or minus. */
export async function tap(
  page: Page,
  player: string,
  drink: string,
  which: "more" | "less",
  times = 1,
): Promise<void> {
  const button = page.getByRole("button", { name: `One ${drink} ${which} for ${player}` });
  for (let count = 0; count < times; count += 1) await button.click();
}

/** Every tally on the page, as the reader sees it: `Ada: 2 Negroni`. */
export async function tallies(page: Page): Promise<string[]> {
  return page.locator(".player").evaluateAll((cards) =>
    cards.flatMap((one) => {
      const name = one.querySelector("h3")?.textContent ?? "";
      return [...one.querySelectorAll(".tally")].map((row) => {
        const amount = row.querySelector(".stepper .inline-edit, .tally-amount")?.textContent;
        return `${name}: ${amount} ${row.querySelector(".tally-name")?.textContent}`;
      });
    }),
  );
}

/** Waits until the page shows exactly these tallies. */
export function shows(page: Page, expected: string[]): Promise<void> {
  return expect.poll(() => tallies(page), { timeout: PATIENCE }).toEqual(expected) as Promise<void>;
}
