/** What people do on the floor, by what they see and hear. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { PATIENCE } from "./browser";
import { live, login } from "./steps";

/** Comes in as a new guest; ends on the floor, in sync. */
export async function comeIn(page: Page, origin: string, name = "Ann"): Promise<void> {
  await page.goto(`${origin}/floor`);
  await page.getByRole("button", { name: "Play as a guest" }).click();
  const dialog = page.getByRole("dialog", { name: "What shall we call you?" });
  await dialog.getByLabel("Your name").fill(name);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await onFloor(page);
}

/** Waits until the floor is in sync and the wallet is there. */
export async function onFloor(page: Page): Promise<void> {
  await live(page);
  await page.locator(".purse-balance[data-balance]").waitFor();
  await page.locator(".plays[aria-busy=false]").waitFor();
}

export function machine(page: Page, name: string) {
  return page.getByRole("region", { name, exact: true });
}

/** The balance that the page shows. */
export async function balance(page: Page): Promise<number> {
  return Number(await page.locator(".purse-balance").getAttribute("data-balance"));
}

/** How many plays the page shows. */
export function plays(page: Page): Promise<number> {
  return page.locator(".plays-table tbody tr").count();
}

/** Waits until a page shows so many plays, and this balance. */
export async function shows(page: Page, many: number, tokens: number): Promise<void> {
  const seen = async () => [await plays(page), await balance(page)];
  await expect.poll(seen, { timeout: PATIENCE }).toEqual([many, tokens]);
}

export interface Me {
  readonly id: number | string;
  readonly balance: number;
  readonly crash: { readonly game_id: number } | null;
}

/** A request as the guest of this page. */
export async function ask<Body>(
  page: Page,
  method: string,
  path: string,
  body?: unknown,
): Promise<Body> {
  const { access_token } = await login(page);
  return askWith(new URL(page.url()).origin, access_token, method, path, body);
}

/** A request with a token. */
export async function askWith<Body>(
  origin: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Body> {
  const response = await fetch(origin + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(response.ok, `${method} ${path}: ${response.status} ${text}`).toBe(true);
  return (text ? JSON.parse(text) : null) as Body;
}

/** A guest without a page. */
export async function guest(origin: string): Promise<{ id: string; token: string }> {
  const reply = await fetch(`${origin}/api/auth/guest`, { method: "POST" });
  const { access_token, user } = (await reply.json()) as {
    access_token: string;
    user: { id: string | number };
  };
  return { id: String(user.id), token: access_token };
}

/** One spin, to its end. */
export async function spin(page: Page, bet = "10"): Promise<void> {
  const slot = machine(page, "Slot");
  await slot.getByLabel("Bet", { exact: true }).fill(bet);
  await slot.getByRole("button", { name: "Spin" }).click();
  await slot.locator(".machine-said[data-outcome]").waitFor();
  await slot.locator(".reel-strip").first().waitFor({ state: "detached" });
}

/** One hand, to its end. */
export async function hand(page: Page, name = "Rock"): Promise<void> {
  const rps = machine(page, "Rock, paper, scissors");
  await rps.getByRole("button", { name, exact: true }).click();
  await rps.locator(".machine-said[data-outcome]").waitFor();
}

/** Whether a crash round runs, as the page shows it. */
export function runs(page: Page): Promise<boolean> {
  return machine(page, "Crash").locator('.crash[data-state="running"]').isVisible();
}

/** Begins crash rounds until one runs; ends while it does. */
export async function begin(page: Page, bet = "10"): Promise<void> {
  const crash = machine(page, "Crash");
  await expect
    .poll(
      async () => {
        if (await crash.getByRole("button", { name: "Bet", exact: true }).isEnabled()) {
          await crash.getByLabel("Bet", { exact: true }).fill(bet);
          await crash.getByRole("button", { name: "Bet", exact: true }).click();
        }
        return runs(page);
      },
      { timeout: PATIENCE, interval: 500 },
    )
    .toBe(true);
}
