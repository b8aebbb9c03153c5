/** The casino's pages under axe-core, light and dark; and by keyboard alone. */
import { expect, test } from "vitest";
import { scan } from "./axe";
import { PHONE, shoot } from "./browser";
import { begin, comeIn, hand, machine, spin } from "./casino-steps";
import { world } from "./world";

const w = world();

test.each([
  ["light", { colorScheme: "light" as const }],
  ["dark", { colorScheme: "dark" as const }],
  ["phone", { ...PHONE, colorScheme: "light" as const }],
])("%s: no page of the casino has anything that axe objects to", async (name, options) => {
  const page = await w.open(`${w.server.url}/floor`, options);
  await page.getByRole("button", { name: "Play as a guest" }).waitFor();
  expect(await scan(page), "door").toEqual([]);
  await page.getByRole("button", { name: "Log in" }).last().click();
  await page.getByRole("dialog", { name: "Log in" }).waitFor();
  expect(await scan(page), "log in").toEqual([]);
  await page.getByRole("radio", { name: "I am new" }).check();
  await page.getByRole("dialog", { name: "Sign up" }).waitFor();
  expect(await scan(page), "sign up").toEqual([]);
  await shoot(page, `sign-up-${name}`);
  await page.keyboard.press("Escape");

  await comeIn(page, w.server.url);
  expect(await scan(page), "floor").toEqual([]);
  await spin(page);
  await hand(page);
  await machine(page, "Gacha").getByRole("button", { name: "Pull ten" }).click();
  await machine(page, "Gacha")
    .getByText(/^Ten pulled/)
    .waitFor();
  await machine(page, "Slot").getByLabel("Bet", { exact: true }).fill("99999");
  await machine(page, "Slot").getByRole("button", { name: "Spin" }).click();
  await machine(page, "Slot").getByRole("alert").waitFor();
  expect(await scan(page), "floor with plays").toEqual([]);
  await begin(page);
  expect(await scan(page), "a round runs").toEqual([]);
  for (const game of ["Slot", "Crash", "Gacha", "Rock, paper, scissors"]) {
    await page.getByRole("button", { name: `Odds of ${game}` }).click();
    await page.getByRole("dialog").getByText("How it was computed").waitFor();
    expect(await scan(page), `odds of ${game}`).toEqual([]);
    await page.keyboard.press("Escape");
  }
  const out = machine(page, "Crash").getByRole("button", { name: "Cash out" });
  if (await out.isEnabled()) await out.click({ timeout: 2_000 }).catch(() => {});
  await machine(page, "Crash")
    .getByText(/^(Out|Crashed) at/)
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Fair play" }).click();
  await page.getByRole("button", { name: "Reveal and check" }).click();
  await page.locator(".verdict").waitFor();
  expect(await scan(page), "fair play").toEqual([]);
  await page.goto(`${w.server.url}/verify`);
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.locator(".verdict").waitFor();
  expect(await scan(page), "verify").toEqual([]);
});

test("a spin by keyboard alone, told to those who hear the page", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  const slot = machine(page, "Slot");
  await slot.getByLabel("Bet", { exact: true }).focus();
  await page.keyboard.press("Enter");
  await slot
    .getByRole("status")
    .getByText(/No luck|times the bet/)
    .waitFor();
});
