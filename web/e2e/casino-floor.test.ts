/** The floor on the real server: one wallet in all windows, bets refused, rounds that outlast a reload. */
import { expect, test } from "vitest";
import { PATIENCE, PHONE, shoot } from "./browser";
import {
  ask,
  balance,
  begin,
  comeIn,
  hand,
  type Me,
  machine,
  onFloor,
  plays,
  runs,
  shows,
  spin,
} from "./casino-steps";
import { world } from "./world";

const w = world();

const me = (page: Parameters<typeof ask>[0]) => ask<Me>(page, "GET", "/api/users/me");

test("two windows of one user see each play once, and the same balance", async () => {
  const one = await w.open();
  await comeIn(one, w.server.url);
  expect(await balance(one)).toBe(1000);
  await one.getByText("Nothing played yet").waitFor();
  const two = await one.context().newPage();
  await two.goto(`${w.server.url}/floor`);
  await onFloor(two);

  await spin(one);
  await shows(one, 1, (await me(one)).balance);
  await shows(two, 1, (await me(one)).balance);
  await hand(two);
  await machine(one, "Gacha").getByRole("button", { name: "Pull ten" }).click();
  await machine(one, "Gacha")
    .getByText(/^Ten pulled/)
    .waitFor();
  expect(await machine(one, "Gacha").locator(".pulled li").count()).toBe(10);
  const { balance: tokens } = await me(one);
  await shows(one, 3, tokens);
  await shows(two, 3, tokens);
  await two.reload();
  await onFloor(two);
  await shows(two, 3, tokens);

  // A gift is seen in both, and is no play.
  const admin = w.server.adminToken("root");
  const { id } = await me(one);
  await fetch(`${w.server.url}/api/users/${id}/tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${admin}`, "content-type": "application/json" },
    body: JSON.stringify({ amount: 500 }),
  });
  await shows(one, 3, tokens + 500);
  await shows(two, 3, tokens + 500);
  await two.close();
});

test("bets that are refused say why, and change nothing", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  const slot = machine(page, "Slot");
  for (const [bet, why] of [
    ["5000", "You do not have that many tokens."],
    ["1.5", "A bet is a whole number of tokens, 1 or more."],
    ["0", "A bet is a whole number of tokens, 1 or more."],
    ["all of it", "A bet is a whole number of tokens, 1 or more."],
  ] as const) {
    await slot.getByLabel("Bet", { exact: true }).fill(bet);
    await slot.getByRole("button", { name: "Spin" }).click();
    await slot.getByRole("alert").getByText(why).waitFor();
    expect(await slot.locator(".reel-strip").count()).toBe(0);
  }
  await shoot(page, "floor-refused");
  const crash = machine(page, "Crash");
  await crash.getByLabel("Cash out by itself at").fill("1.001");
  await crash.getByRole("button", { name: "Bet", exact: true }).click();
  await crash
    .getByRole("alert")
    .getByText(/^Cash out by itself at 1\.01 to 1000/)
    .waitFor();
  const rps = machine(page, "Rock, paper, scissors");
  await rps.getByLabel("Bet", { exact: true }).fill("-3");
  await rps.getByRole("button", { name: "Rock", exact: true }).click();
  await rps
    .getByRole("alert")
    .getByText(/whole number/)
    .waitFor();
  await shows(page, 0, 1000);
});

test("a crash round outlasts a reload, and is cashed out", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  const crash = machine(page, "Crash");
  const out = crash.getByRole("button", { name: "Cash out" });
  // A round may crash at once: another one then.
  await expect
    .poll(
      async () => {
        await begin(page);
        await page.reload();
        await onFloor(page);
        return runs(page);
      },
      { timeout: 2 * PATIENCE, interval: 100 },
    )
    .toBe(true);
  await crash.getByText("10 at stake").waitFor();
  const times = async () =>
    Number.parseFloat((await crash.locator(".crash-times span").first().textContent()) ?? "");
  const before = await times();
  await expect.poll(times, { timeout: PATIENCE }).toBeGreaterThan(before);
  await shoot(page, "floor-crash-running");
  await out.click();
  await crash
    .getByText(/^(Out at|Crashed at)/)
    .first()
    .waitFor();
  await crash.getByText("✓ The point is the one that was committed to").waitFor();
  const bet = crash.getByRole("button", { name: "Bet", exact: true });
  await expect.poll(() => bet.isEnabled(), { timeout: PATIENCE }).toBe(true);
  const many = await plays(page);
  await shows(page, many, (await me(page)).balance);
});

test("a round ends by itself where it was told to", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  const crash = machine(page, "Crash");
  await crash.getByLabel("Bet", { exact: true }).fill("100");
  await crash.getByLabel("Cash out by itself at").fill("1.01");
  await crash.getByRole("button", { name: "Bet", exact: true }).click();
  const end = crash.getByText(/^(Out at 1\.01×: 101\.|Crashed at 1\.00×\.)/);
  await end.waitFor();
  await shows(page, 1, (await me(page)).balance);
});

test("who is too fast waits as long as the server says", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  await page.route("**/api/games/slot/spin", (route) =>
    route.fulfill({
      status: 429,
      headers: { "retry-after": "3" },
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "RATE_LIMITED", detail: "too fast" }),
    }),
  );
  const go = machine(page, "Slot").getByRole("button", { name: "Spin" });
  await go.click();
  await page.getByText(/The machines take bets again in \d seconds/).waitFor();
  expect(await go.isDisabled()).toBe(true);
  expect(await machine(page, "Gacha").getByRole("button", { name: "Pull one" }).isDisabled()).toBe(
    true,
  );
  await page.unroute("**/api/games/slot/spin");
  await expect.poll(() => go.isEnabled(), { timeout: PATIENCE }).toBe(true);
  await spin(page);
  expect(await plays(page)).toBe(1);
});

test("after the server was away the page catches up", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  await spin(page);
  await w.server.kill();
  await page.locator('.pill[data-state="reconnecting"]').waitFor();
  const rps = machine(page, "Rock, paper, scissors");
  await rps.getByRole("button", { name: "Rock", exact: true }).click();
  const unreached = rps.getByText("The server cannot be reached.");
  await unreached.waitFor();
  await w.server.start();
  await onFloor(page);
  await unreached.waitFor({ state: "detached" });
  await hand(page);
  await shows(page, 2, (await me(page)).balance);
});

test("older plays are shown when asked for", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  for (let play = 0; play < 65; play += 1) {
    await ask(page, "POST", "/api/games/rps/play", { choice: "rock", bet_amount: 1 });
  }
  await page.reload();
  await onFloor(page);
  const more = page.getByRole("button", { name: "Show more" });
  for (const many of [20, 40, 60, 65]) {
    await expect.poll(() => plays(page), { timeout: PATIENCE }).toBe(many);
    if (many < 65) await more.click();
  }
  expect(await more.count()).toBe(0);
});

test.each([
  ["light", { colorScheme: "light" as const }],
  ["dark", { colorScheme: "dark" as const }],
  ["phone", { ...PHONE, colorScheme: "dark" as const }],
  ["still", { reducedMotion: "reduce" as const }],
])("%s: pictures of the floor", async (name, options) => {
  const page = await w.open(w.server.url, options);
  await page.getByRole("link", { name: "Step onto the floor" }).click();
  await page.getByRole("heading", { name: "The floor" }).waitFor();
  expect(await page.title()).toBe("The floor · Parlor");
  await shoot(page, `floor-door-${name}`);
  await comeIn(page, w.server.url);
  await spin(page);
  await hand(page, "Scissors");
  await machine(page, "Gacha").getByRole("button", { name: "Pull ten" }).click();
  await machine(page, "Gacha")
    .getByText(/^Ten pulled/)
    .waitFor();
  const crash = machine(page, "Crash");
  await crash.getByLabel("Cash out by itself at").fill("1.05");
  await crash.getByRole("button", { name: "Bet", exact: true }).click();
  await crash
    .getByText(/^(Out|Crashed) at/)
    .first()
    .waitFor();
  await expect.poll(() => plays(page), { timeout: PATIENCE }).toBe(4);
  await page.locator(".purse-change span").first().waitFor({ state: "detached" });
  await shoot(page, `floor-${name}`, true);
  await machine(page, "Slot").getByRole("button", { name: "Odds of Slot" }).click();
  await page.getByRole("dialog").getByText("Comes back in the long run").waitFor();
  await shoot(page, `floor-odds-${name}`);
});
