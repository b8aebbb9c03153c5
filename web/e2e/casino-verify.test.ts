/** Revealed seeds are checked in the browser: green for an honest house, red for a play tampered with. */
import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { shoot } from "./browser";
import { ask, comeIn, hand, machine, spin } from "./casino-steps";
import { world } from "./world";

const w = world();

/** Some plays of each game. */
async function playAll(page: Page): Promise<void> {
  await comeIn(page, w.server.url);
  await spin(page);
  await hand(page);
  await machine(page, "Gacha").getByRole("button", { name: "Pull one" }).click();
  await machine(page, "Gacha")
    .getByText(/, (Common|Rare|Epic|Legendary)\.$/)
    .waitFor();
  const crash = machine(page, "Crash");
  await crash.getByLabel("Cash out by itself at").fill("1.01");
  await crash.getByRole("button", { name: "Bet", exact: true }).click();
  await crash
    .getByText(/^(Out|Crashed) at/)
    .first()
    .waitFor();
  for (let play = 0; play < 5; play += 1) {
    await ask(page, "POST", "/api/games/slot/spin", { bet_amount: 2 });
  }
}

test("all plays of a revealed seed are drawn again, and the seed opens its commitment", async () => {
  const page = await w.open();
  await playAll(page);
  await page.getByRole("button", { name: "Fair play" }).click();
  const dialog = page.getByRole("dialog", { name: "Fair play" });
  const commitment = () => dialog.locator(".seeds code").first().textContent();
  await dialog
    .getByText(/^[\da-f]{64}$/)
    .first()
    .waitFor();
  const before = await commitment();
  await shoot(page, "verify-before");
  await dialog.getByLabel(/^Your next client seed/).fill("my lucky dice");
  await dialog.getByRole("button", { name: "Reveal and check" }).click();
  await dialog.getByText("✓ The seed is right, and all 9 plays follow from it.").waitFor();
  await dialog.getByText("This browser saw that commitment before").waitFor();
  expect(await dialog.locator(".report .seeds code").nth(1).textContent()).toBe(before);
  expect(await commitment(), "another one counts now").not.toBe(before);
  await dialog.getByText("my lucky dice").waitFor();
  expect(await dialog.locator('.report tr[data-ok="true"]').count()).toBe(9);
  await shoot(page, "verify-green");

  // The page of its own knows that seed, later plays or not.
  const seed = (await dialog.locator(".report .seeds code").first().textContent()) ?? "";
  const client = (await dialog.locator(".report .seeds code").nth(2).textContent()) ?? "";
  const names = (signs: Locator) =>
    signs.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  const told = await names(dialog.locator(".report tr").nth(1).locator("td").nth(3).locator("svg"));
  expect(told).toHaveLength(3);
  await ask(page, "POST", "/api/games/slot/spin", { bet_amount: 2 });
  await page.goto(`${w.server.url}/verify`);
  await page.getByRole("heading", { level: 1, name: "Verify" }).waitFor();
  expect(await page.title()).toBe("Verify · Parlor");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByText("all 9 plays follow from it").waitFor();

  // And by hand: play 0 was the spin.
  await page.getByLabel("Server seed (hexadecimal)").fill(seed);
  await page.getByLabel("Client seed", { exact: true }).fill(client);
  await page.getByLabel("Number of the play").fill("0");
  const drawn = page.locator("section", { has: page.getByRole("heading", { name: "By hand" }) });
  await drawn.getByText(before ?? "").waitFor();
  expect(await names(drawn.locator(".plays-reels svg"))).toEqual(told);
  await shoot(page, "verify-page", true);
});

test("a seed that is revealed in one window is known in the others", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  await spin(page);
  await page.getByRole("button", { name: "Fair play" }).click();
  const dialog = page.getByRole("dialog", { name: "Fair play" });
  const code = (within: Page | Locator, at: number) => within.locator(".seeds code").nth(at);
  await dialog.getByText("Commitment of the seed after this one").waitFor();
  const after = (await code(dialog, 2).textContent()) ?? "";
  expect(after).toMatch(/^[\da-f]{64}$/);
  const other = await page.context().newPage();
  await other.goto(`${w.server.url}/verify`);
  await other.getByText("None yet.").waitFor();
  await other.getByLabel(/^Your next client seed/).fill("from elsewhere");
  await other.getByRole("button", { name: "Reveal and check" }).click();
  await other.getByText("✓ The seed is right, and the play follows from it.").waitFor();
  await other.getByText("1 play", { exact: true }).waitFor();

  await dialog.locator(".seeds").getByText("from elsewhere").waitFor();
  expect(await code(dialog, 0).textContent()).toBe(after);
  await other.close();
});

test("a check can be saved, and the file checked by anyone", async () => {
  const page = await w.open();
  await playAll(page);
  await page.getByRole("button", { name: "Fair play" }).click();
  const dialog = page.getByRole("dialog", { name: "Fair play" });
  await dialog.getByRole("button", { name: "Reveal and check" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    dialog.getByRole("button", { name: "Save" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^plays-[\da-f]{16}\.json$/);
  const text = readFileSync((await download.path()) ?? "", "utf8");

  const anyone = await w.open(`${w.server.url}/verify`);
  const file = (name: string, body: string) =>
    anyone
      .getByLabel("A saved seed with its plays")
      .setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(body) });
  const part = anyone.locator("section", {
    has: anyone.getByRole("heading", { name: "From a file" }),
  });
  await file("plays.json", text);
  await part.getByText("✓ The seed is right, and all 9 plays follow from it.").waitFor();
  await file("lie.json", text.replace(/"win_amount": \d+/, '"win_amount": 4711'));
  await part.getByText("✗ One play does not follow from the seed.").waitFor();
  await file("rubbish.json", "{}");
  await part.getByText("rubbish.json holds no seed with its plays.").waitFor();
  expect(await part.locator(".report").count()).toBe(0);
});

test("a play that was tampered with is red", async () => {
  const page = await w.open();
  await playAll(page);
  await page.route("**/api/games/history*", async (route) => {
    const reply = await route.fetch();
    const body = (await reply.json()) as { events: { game_type: string; result: object }[] };
    const slot = body.events.findLast(({ game_type }) => game_type === "slot");
    if (slot) slot.result = { ...slot.result, reels: [["7️⃣", "7️⃣", "7️⃣"]] };
    await route.fulfill({ response: reply, json: body });
  });
  await page.getByRole("button", { name: "Fair play" }).click();
  const dialog = page.getByRole("dialog", { name: "Fair play" });
  await dialog.getByRole("button", { name: "Reveal and check" }).click();
  await dialog.getByText("✗ One play does not follow from the seed.").waitFor();
  await dialog.getByText("✗ other reels").waitFor();
  expect(await dialog.locator('.report tr[data-ok="false"]').count()).toBe(1);
  await shoot(page, "verify-red");
});

test("while a round rests on the seed it is not revealed", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  await page.route("**/api/games/fairness/rotate", (route) =>
    route.fulfill({
      status: 409,
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "ROUND_OPEN", detail: "an open crash round" }),
    }),
  );
  await page.getByRole("button", { name: "Fair play" }).click();
  await page.getByRole("button", { name: "Reveal and check" }).click();
  await page.getByText("A crash round is open: end it first.").waitFor();
});

test("without a login seeds are checked by hand", async () => {
  const page = await w.open(`${w.server.url}/verify`);
  await page.getByText("Your own plays can be checked when you say who you are.").waitFor();
  await page.getByLabel("Server seed (hexadecimal)").fill("zz");
  await page.getByText("A server seed is hexadecimal digits").waitFor();
});
