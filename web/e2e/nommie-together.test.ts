/** Four windows and a spectator at one table: from the lobby to the last score. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { PATIENCE, shoot } from "./browser";
import {
  act,
  ask,
  asked,
  comeIn,
  finalScores,
  hand,
  ready,
  sitDown,
  whoseTurn,
} from "./nommie-steps";
import { live } from "./steps";
import { world } from "./world";

const w = world();
const NAMES = ["Ann", "Ben", "Cy", "Di"];

/** Every card that a window was told of over its sockets since `forget`. */
function listen(page: Page): { readonly seen: Set<string>; readonly forget: () => void } {
  const seen = new Set<string>();
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      for (const [, card] of String(payload).matchAll(/"([2-9TJQKA][CDHS])"/g)) {
        if (card) seen.add(card);
      }
    });
  });
  return { seen, forget: () => seen.clear() };
}

/** A trick that is over lies there to be read, then goes to who took it. */
async function trickIsShown(page: Page): Promise<void> {
  await page.getByText(/^Trick to (Ann|Ben|Cy|Di)$/).waitFor();
  expect(await page.locator(".trick-card").count()).toBe(4);
  await shoot(page, "nommie-trick-over");
}

test("four people play a round, bots finish the game; nobody ever holds another's card", async () => {
  const pages: Page[] = [];
  const ears: ReturnType<typeof listen>[] = [];
  for (const name of NAMES) {
    const page = await w.open(undefined, name === "Ben" ? { colorScheme: "dark" } : {});
    ears.push(listen(page));
    await comeIn(page, w.server.url, name);
    pages.push(page);
  }
  const [ann, ben, cy, di] = pages as [Page, Page, Page, Page];

  // Ann sets a table on the page, the others come in by the link.
  await shoot(ann, "nommie-lobby-empty");
  await ann.getByRole("button", { name: "New table" }).click();
  await ann.getByLabel("Name of the table").fill("Friday at Ann’s");
  await ann.getByLabel("At once").check();
  await ann.getByRole("button", { name: "Set the table" }).click();
  await ann.waitForURL(/\/nommie\/\d+$/);
  await live(ann);
  const address = ann.url();
  await ann.getByRole("button", { name: "Add a bot to seat 2" }).click();
  await ann.getByLabel(/^How .* plays$/).selectOption("random");
  await shoot(ann, "nommie-seats");
  await ann.getByRole("button", { name: /^Remove / }).click();
  for (const page of [ben, cy, di]) await sitDown(page, address);
  await ann.getByRole("button", { name: "Remove Di" }).click();
  await sitDown(di, address);
  // The name of the table is the host's to change, and changes in all windows.
  await ann.getByRole("button", { name: "Friday at Ann’s, change" }).click();
  await ann.getByLabel("Name of the table").fill("Saturday");
  await ann.getByLabel("Name of the table").press("Enter");
  await di.getByRole("heading", { name: "Saturday", level: 1 }).waitFor();

  const watcher = await w.open();
  const watched = listen(watcher);
  await watcher.goto(address);
  await live(watcher);
  for (const page of pages) await ready(page);
  await watcher.getByText("You are watching.").waitFor();
  await expect.poll(() => hand(ann), { timeout: PATIENCE }).toHaveLength(13);

  const all = [...pages, watcher];
  const told = [...ears, watched];
  const id = address.split("/").at(-1);
  const secret = async (open: readonly string[] = []) => {
    const hands = await Promise.all(all.map(hand));
    expect(hands[4], "a spectator has no hand").toEqual([]);
    expect(new Set(hands.flat()).size, "hands do not overlap").toBe(hands.flat().length);
    told.forEach(({ seen }, one) => {
      const others = hands.flatMap((cards, other) => (other === one ? [] : cards));
      expect(
        others.filter((card) => seen.has(card) && !open.includes(card)),
        `window ${one} was told`,
      ).toEqual([]);
    });
  };
  await secret();
  await whoseTurn(pages);
  await ben.getByText("Your bid: how many tricks?").waitFor();
  await expect.poll(() => ben.title(), { timeout: PATIENCE }).toContain("Your turn");
  await expect.poll(() => di.title(), { timeout: PATIENCE }).toBe("Ben · Saturday · Parlor");
  await shoot(ben, "nommie-bidding-dark");

  for (let move = 0; move < 4 + 1 + 51; move += 1) {
    const page = await whoseTurn(pages);
    if (move === 5 + 2) {
      await shoot(page, "nommie-trick");
      await shoot(watcher, "nommie-spectator");
    }
    const shown = move === 4 + 4 ? trickIsShown(watcher) : undefined;
    await act(page);
    await shown;
    await secret();
    if (move === 4 + 4) {
      await watcher.locator(".trick-card").first().waitFor({ state: "detached" });
      await watcher.getByRole("button", { name: "Last trick" }).click();
      expect(await watcher.getByRole("dialog").getByRole("listitem").count()).toBe(4);
      await watcher.keyboard.press("Escape");
    }
  }
  // The last card ends the round: new hands are dealt, and everything told of is of a new deal.
  const last = await whoseTurn(pages);
  for (const page of all) {
    const trick = page.locator(".trick-card");
    await expect.poll(() => trick.count(), { timeout: PATIENCE, interval: 25 }).toBe(3);
  }
  for (const { forget } of told) forget();
  await act(last);
  await ann.getByRole("heading", { name: "Round 1" }).waitFor();
  await expect.poll(() => hand(ann), { timeout: PATIENCE }).toHaveLength(12);
  // The last trick of the old deal is shown to all.
  type Snapshot = { snapshot: { phase: { data: { last_trick: [number, string][] } } } };
  const { body } = await ask<Snapshot>(ann, "GET", `/api/games/${id}/snapshot`);
  await secret(body.snapshot.phase.data.last_trick.map(([, card]) => card));
  await shoot(ann, "nommie-score");
  await watcher.locator("[data-said]").filter({ hasText: "Round 2" }).waitFor();

  // Everybody goes; bots play on, and the windows watch.
  await ann.getByRole("button", { name: "Rounds" }).click();
  await ann.getByRole("row", { name: /^1 13 Ann/ }).waitFor();
  await ann.keyboard.press("Escape");
  for (const page of pages) {
    await page.getByRole("button", { name: "Leave the table" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
    if (page === di) break;
    await page.getByRole("button", { name: "Take your seat back" }).waitFor();
    expect(await hand(page)).toEqual([]);
    expect(await asked(page)).toBeNull();
  }
  for (const page of all) await page.getByRole("heading", { name: /\bwins? / }).waitFor();
  const scores = await finalScores(watcher);
  expect(scores).toHaveLength(4);
  for (const page of pages) expect(await finalScores(page)).toEqual(scores);
  const history = await ask<{ rounds: { scores_total: number[] }[] }>(
    ann,
    "GET",
    `/api/games/${id}/history`,
  );
  expect(history.body.rounds).toHaveLength(26);
  const totals = history.body.rounds.at(-1)?.scores_total ?? [];
  expect(scores).toEqual(totals.map((points, seat) => `${seat}: ${points}`));
  await shoot(watcher, "nommie-game-over");
  await shoot(ben, "nommie-game-over-dark");
  await ben.reload();
  await ben.getByRole("heading", { name: /\bwins? / }).waitFor();
  expect(await finalScores(ben)).toEqual(scores);
}, 240_000);

test("who leaves comes back to the same seat; a deleted table says so to everybody", async () => {
  const ann = await w.open();
  const ben = await w.open();
  await comeIn(ann, w.server.url, "Ann");
  await comeIn(ben, w.server.url, "Ben");
  await ann.getByRole("button", { name: "New table" }).click();
  await ann.getByLabel("For each turn").check();
  await ann.getByLabel("Seconds a turn").fill("600");
  await ann.getByRole("button", { name: "Set the table" }).click();
  await ann.waitForURL(/\/nommie\/\d+$/);
  await sitDown(ben, ann.url());
  for (const seat of [3, 4]) {
    await ann.getByRole("button", { name: `Add a bot to seat ${seat}` }).click();
  }
  await ready(ann);
  await ready(ben);
  await expect.poll(() => hand(ben), { timeout: PATIENCE }).toHaveLength(13);
  const before = await hand(ben);
  // The clock runs for Ben; a pause needs both.
  await ben.getByRole("timer", { name: /^(10:00|9:5\d) left$/ }).waitFor();
  await ben.getByRole("button", { name: "Ask for a pause" }).click();
  await ann.getByText("A pause is asked for by Ben (1 of 2).").waitFor();
  await ann.getByRole("button", { name: "Agree" }).click();
  await ben.getByText("The game is paused.").first().waitFor();
  await shoot(ben, "nommie-paused");
  await ben.getByRole("button", { name: "Go on" }).click();
  await ben.getByText("Your bid: how many tricks?").waitFor();

  await ben.getByRole("button", { name: "Leave the table" }).click();
  await ben.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  await ann.locator("[data-said]").filter({ hasText: "Ben leaves" }).waitFor();
  await ben.getByRole("button", { name: "Take your seat back" }).click();
  await expect.poll(() => hand(ben), { timeout: PATIENCE }).toEqual(before);
  await ann.locator("[data-said]").filter({ hasText: "Ben is back." }).waitFor();

  await ann.getByRole("button", { name: "Delete this table" }).click();
  await ann.getByRole("button", { name: "Delete the table" }).click();
  for (const page of [ann, ben]) await page.getByText("This table was closed.").waitFor();
  await ben.reload();
  await ben.getByRole("heading", { name: "No such table" }).waitFor();
});
