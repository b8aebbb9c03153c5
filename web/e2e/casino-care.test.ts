/** The floor bears slips: clicks that come late or twice, keys alone, two tabs, large text. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { PATIENCE, PHONE, shoot } from "./browser";
import { comeIn, hand, machine, onFloor, plays, runs, spin } from "./casino-steps";
import { live } from "./steps";
import { world } from "./world";

const w = world();

/** Counts what is asked of a path. */
function asked(page: Page, path: string): () => number {
  let count = 0;
  page.on("request", (request) => {
    if (request.url().endsWith(path)) count += 1;
  });
  return () => count;
}

const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim());

test("a double click on Bet begins a round, and does not end it", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  const [bets, ends] = [asked(page, "/crash/bet"), asked(page, "/crash/cashout")];
  const crash = machine(page, "Crash");
  await crash.getByRole("button", { name: "Bet", exact: true }).dblclick();
  await expect.poll(() => plays(page), { timeout: PATIENCE }).toBe(1);
  expect([bets(), ends()]).toEqual([1, 0]);
});

test("a click that was meant for the round that has just ended begins no other one", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  const bets = asked(page, "/crash/bet");
  const crash = machine(page, "Crash");
  const bet = crash.getByRole("button", { name: "Bet", exact: true });
  // As fast as nobody is: at the very moment the end shows.
  await page.evaluate(() => {
    const stage = document.querySelector(".crash");
    new MutationObserver(() => {
      if (!/crashed|cashed_out/.test(stage?.getAttribute("data-state") ?? "")) return;
      for (const button of document.querySelectorAll<HTMLElement>(".crash-ways button")) {
        button.click();
      }
      document.body.dataset.clicked = "yes";
    }).observe(stage as Node, { attributeFilter: ["data-state"] });
  });
  await crash.getByLabel("Cash out by itself at").fill("1.01");
  await bet.click();
  await page.locator("body[data-clicked]").waitFor();
  await expect.poll(() => bet.isEnabled(), { timeout: PATIENCE }).toBe(true);
  expect([bets(), await runs(page)]).toEqual([1, false]);
});

test("by keyboard alone: whoever has played plays again with the same key", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  const ways = [
    ["Slot", "Spin"],
    ["Rock, paper, scissors", "Rock"],
    ["Gacha", "Pull one 50"],
  ] as const;
  let many = 0;
  for (const [name, action] of ways) {
    const button = machine(page, name).getByRole("button", { name: action, exact: true });
    await button.focus();
    for (let play = 0; play < 2; play += 1) {
      await expect.poll(() => button.isEnabled(), { timeout: PATIENCE }).toBe(true);
      await page.keyboard.press("Enter");
      many += 1;
      await expect.poll(() => plays(page), { timeout: PATIENCE }).toBe(many);
    }
    expect(await focused(page)).toContain(action);
  }
  // A round that runs does not take away the field that it was begun from.
  const field = machine(page, "Crash").getByLabel("Bet", { exact: true });
  await field.focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => plays(page), { timeout: PATIENCE }).toBe(many + 1);
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
});

test("while the reels turn the page does not tell what they will show", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      if (!document.querySelector(".reel-strip")) return;
      const tokens = document.querySelector(".purse-balance")?.getAttribute("data-balance");
      seen.push(`${tokens}${document.querySelector(".floor-broke") ? " broke" : ""}`);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await spin(page, "1000");
  const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect([...new Set(seen)]).toEqual(["1000", "0"]);
});

test("whoever logs in or out in one tab does so in the other one, at once", async () => {
  const one = await w.open();
  await comeIn(one, w.server.url);
  await hand(one);
  const two = await one.context().newPage();
  await two.goto(`${w.server.url}/floor`);
  await onFloor(two);
  await two.getByRole("button", { name: "You are Ann" }).click();
  await one.getByRole("button", { name: "You are Ann" }).click();
  await one.getByRole("button", { name: "Forget me" }).click();
  await one
    .getByRole("dialog", { name: "Forget this guest?" })
    .getByRole("button", { name: "Forget me" })
    .click();
  await two.getByRole("button", { name: "Play as a guest" }).waitFor();
  await comeIn(two, w.server.url, "Bob");
  await one.getByRole("button", { name: "You are Bob" }).waitFor();
  await onFloor(one);
  expect(await one.getByRole("dialog").count()).toBe(0);
  expect(await plays(one)).toBe(0);
  await two.close();
});

test("a log-in that is under way cannot be left half done", async () => {
  const page = await w.open();
  await page.goto(`${w.server.url}/floor`);
  let answer = () => {};
  await page.route("**/api/auth/login", async (route) => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    await route.continue();
  });
  await page.getByRole("main").getByRole("button", { name: "Log in" }).click();
  const dialog = page.getByRole("dialog");
  const name = dialog.getByLabel("Login name");
  await name.fill("nobody.here");
  // Pressed inside and let go beside it: no click beside it.
  const box = await name.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 20, (box?.y ?? 0) + 10);
  await page.mouse.down();
  await page.mouse.move(5, 400);
  await page.mouse.up();
  expect(await dialog.isVisible()).toBe(true);
  await dialog.getByLabel("Password").fill("wrong password");
  await dialog.getByRole("button", { name: "Log in" }).click();
  const cancel = dialog.getByRole("button", { name: "Cancel" });
  await expect.poll(() => cancel.isDisabled(), { timeout: PATIENCE }).toBe(true);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.mouse.click(5, 400);
  await dialog.getByRole("button", { name: "Close" }).click();
  expect(await dialog.isVisible()).toBe(true);
  answer();
  await dialog.getByText("do not belong together").waitFor();
  await page.mouse.click(5, 400);
  await dialog.waitFor({ state: "detached" });
});

test("while the server is away a round is shown as last heard", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url);
  await page.routeWebSocket(/\/api\/games\/ws/, (socket) => void socket.close());
  await page.reload();
  await page.getByRole("heading", { name: "The floor" }).waitFor();
  const crash = machine(page, "Crash");
  await crash.getByRole("button", { name: "Bet", exact: true }).click();
  await crash.getByText("as last heard").waitFor();
});

test("on a phone with text of twice the size nothing lies over anything", async () => {
  const page = await w.open(w.server.url, PHONE);
  await comeIn(page, w.server.url);
  await hand(page);
  await live(page);
  await page.evaluate(() => {
    document.documentElement.style.fontSize = "200%";
  });
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const parts = document.querySelectorAll<HTMLElement>(
      ".duel, .duel > *, .hands, .hands > button, .crash-ways, .crash-ways > *",
    );
    const cut = [...parts].filter((part) => part.scrollWidth > part.clientWidth + 1);
    return { page: scrollWidth - clientWidth, cut: cut.map((part) => part.outerHTML.slice(0, 60)) };
  });
  expect(wide).toEqual({ page: 0, cut: [] });
  await shoot(page, "floor-large-text", true);
});

test("the way to the monitor is shown to those who have the role now", async () => {
  const page = await w.open();
  let role = "user";
  await page.route("**/api/users/me", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), role } });
  });
  await comeIn(page, w.server.url);
  const way = page.getByRole("link", { name: "Monitor" });
  expect(await way.count()).toBe(0);
  role = "admin";
  await page.reload();
  await way.waitFor();
  // The login that is kept is older than the role.
  await page.evaluate(() => {
    const login = JSON.parse(localStorage.getItem("parlor.login") ?? "{}");
    login.user.roles = ["admin"];
    localStorage.setItem("parlor.login", JSON.stringify(login));
  });
  role = "user";
  await page.reload();
  await onFloor(page);
  await expect.poll(() => way.count(), { timeout: PATIENCE }).toBe(0);
});
