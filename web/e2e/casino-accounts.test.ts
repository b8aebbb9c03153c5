/** Accounts: signed up, logged out, logged in again; the wallet is theirs wherever they are. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { shoot } from "./browser";
import { balance, comeIn, onFloor, plays, spin } from "./casino-steps";
import { login } from "./steps";
import { world } from "./world";

const w = world();
const PASSWORD = "correct horse battery";

async function fill(page: Page, name: string, password: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Login name").fill(name);
  await dialog.getByLabel("Password").fill(password);
}

async function signUp(page: Page, name: string, nickname: string): Promise<void> {
  await page.goto(`${w.server.url}/floor`);
  await page.getByRole("button", { name: "Sign up" }).click();
  await fill(page, name, PASSWORD);
  await page.getByLabel("What others call you").fill(nickname);
  await page.getByRole("dialog").getByRole("button", { name: "Sign up" }).click();
}

test("an account keeps its wallet from window to window", async () => {
  const page = await w.open();
  await signUp(page, "ann.1", "Ann");
  await onFloor(page);
  await page.getByRole("button", { name: "You are Ann" }).waitFor();
  expect(typeof (await login(page)).user.id).toBe("string");
  await spin(page);
  const tokens = await balance(page);
  await page.getByRole("button", { name: "You are Ann" }).click();
  await page.getByText("You are logged in to the account ann.1.").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Log out", exact: true }).click();
  await page.getByRole("button", { name: "Play as a guest" }).waitFor();

  const other = await w.open(`${w.server.url}/floor`);
  await other.getByRole("main").getByRole("button", { name: "Log in" }).click();
  await fill(other, "ann.1", "not the password");
  await other.getByRole("dialog").getByRole("button", { name: "Log in" }).click();
  await other.getByText("That name and password do not belong together.").waitFor();
  await shoot(other, "log-in-refused");
  await fill(other, "ANN.1", PASSWORD);
  await other.getByRole("dialog").getByRole("button", { name: "Log in" }).click();
  await onFloor(other);
  expect([await plays(other), await balance(other)]).toEqual([1, tokens]);
});

test("a login name is given once", async () => {
  const page = await w.open();
  await signUp(page, "bob", "Bob");
  await onFloor(page);
  const other = await w.open();
  await signUp(other, "Bob", "Another Bob");
  await other.getByText("Somebody has this login name already.").waitFor();
});

test("a guest who takes an account has another wallet, and is told so", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url, "Cleo");
  await spin(page, "500");
  await page.getByRole("button", { name: "You are Cleo" }).click();
  await page.getByRole("button", { name: "Use an account" }).click();
  await page.getByText("You leave the guest that this browser remembers").waitFor();
  await page.getByRole("radio", { name: "I am new" }).check();
  await fill(page, "cleo", PASSWORD);
  await page.getByRole("dialog").getByRole("button", { name: "Sign up" }).click();
  await page.getByRole("button", { name: "You are cleo" }).waitFor();
  await onFloor(page);
  await page.locator('.purse-balance[data-balance="1000"]').waitFor();
  expect(await plays(page)).toBe(0);
});
