/** The pages themselves: the first paint, small and dark screens, the keyboard, what is not there. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { PATIENCE, PHONE, shoot } from "./browser";
import { addDrink, addPlayers, card, group, live, makeBoard, shows, state, tap } from "./steps";
import { world } from "./world";

const w = world();

/** A board with something on it; resolves with its address. */
async function evening(page: Page): Promise<string> {
  const address = await makeBoard(page, w.server.url, {
    title: "Friday at Ada’s",
    teams: ["Reds", "Blues"],
    name: "Ada",
  });
  await addPlayers(page, "Reds", ["Ada", "Linus"]);
  await addPlayers(page, "Blues", ["Grace", "Margaret"]);
  const had: [string, string, number][] = [
    ["Ada", "Negroni", 3],
    ["Ada", "Mojito", 1],
    ["Linus", "Mojito", 7],
    ["Grace", "Negroni", 12],
    ["Grace", "Daiquiri", 2],
    ["Margaret", "Margarita", 4],
  ];
  for (const [player, drink, amount] of had) {
    await addDrink(page, player, drink);
    if (amount === 1) continue;
    await page.getByRole("button", { name: `1, change: How many ${drink} for ${player}` }).click();
    await page.getByLabel(`How many ${drink} for ${player}`).fill(String(amount));
    await page.getByLabel(`How many ${drink} for ${player}`).press("Enter");
  }
  await page.getByText("29 drinks · 4 players · 2 teams").waitFor();
  return address;
}

test("an empty house, then a list of boards with those who watch", async () => {
  const ada = await w.open(w.server.url);
  await ada.getByText("No boards yet.").waitFor();
  await shoot(ada, "home-empty");
  await makeBoard(ada, w.server.url, { title: "First evening", name: "Ada" });
  const grace = await w.open(w.server.url);
  const line = grace.getByRole("link", { name: "First evening" });
  await line.waitFor();
  await line.getByText("1 watching").waitFor();
  await line.click();
  await live(grace);
  await grace.getByRole("heading", { name: "First evening" }).waitFor();
  await grace.goBack();
  await grace.getByRole("heading", { name: "Boards" }).waitFor();
  const documentation = await grace.request.get(`${w.server.url}/api/docs`);
  expect(documentation.status()).toBe(200);
});

test("more boards than fit on a page", async () => {
  const ada = await w.open(w.server.url);
  const made = await ada.evaluate(async () => {
    const post = async (path: string, body: unknown, token?: string) => {
      const headers = {
        "content-type": "application/json",
        ...(token && { authorization: `Bearer ${token}` }),
      };
      const reply = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
      return reply.json();
    };
    const { access_token: token } = await post("/api/auth/guest", {});
    for (let count = 1; count <= 25; count += 1) {
      const options = { title: `Board ${count}` };
      await post("/api/sessions", { game: "scoreboard", options }, token);
    }
    return 25;
  });
  await ada.reload();
  const lines = ada.locator(".board-line");
  await lines.first().waitFor();
  expect(await lines.count()).toBe(20);
  await shoot(ada, "home");
  await ada.getByRole("button", { name: "More boards" }).click();
  await expect.poll(() => lines.count(), { timeout: PATIENCE }).toBeGreaterThanOrEqual(made);
  const titles = await lines.allTextContents();
  expect(new Set(titles).size).toBe(titles.length);
});

test("the first paint asks for nothing, and needs no socket", async () => {
  const ada = await w.open();
  const address = await evening(ada);
  await shoot(ada, "board", true);

  const stranger = await w.open();
  const asked: string[] = [];
  stranger.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith("/assets/")) asked.push(pathname);
  });
  // A socket that never opens: what shows came with the page.
  await stranger.routeWebSocket(/.*/, () => {});
  await stranger.goto(address);
  await shows(
    stranger,
    [
      "Ada: 1 Mojito",
      "Ada: 3 Negroni",
      "Linus: 7 Mojito",
      "Grace: 2 Daiquiri",
      "Grace: 12 Negroni",
      "Margaret: 4 Margarita",
    ].sort((a, b) => order(a) - order(b)),
  );
  expect(asked.filter((path) => /^\/(api|game|ws)\b/.test(path))).toEqual([]);

  function order(line: string): number {
    return ["Ada", "Linus", "Grace", "Margaret"].findIndex((name) => line.startsWith(name));
  }
});

test("on a phone: nothing sticks out, everything to press is big enough", async () => {
  const ada = await w.open(undefined, PHONE);
  await evening(ada);
  const sticksOut = () =>
    ada.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(await sticksOut()).toBe(0);
  await shoot(ada, "phone");
  await shoot(ada, "phone-long", true);
  const small = await ada
    .locator(".stepper button, .icon-button, .button, .text-button, .team-select")
    .evaluateAll((things) =>
      things.flatMap((thing) => {
        const { width, height } = thing.getBoundingClientRect();
        return Math.min(width, height) < 42 ? [thing.outerHTML] : [];
      }),
    );
  expect(small).toEqual([]);

  const plus = ada.getByRole("button", { name: "One Negroni more for Ada" });
  await plus.tap();
  await plus.tap();
  await card(ada, "Ada").getByRole("button", { name: "5, change" }).waitFor();
  await ada.getByRole("button", { name: "Add a drink for Linus" }).tap();
  await ada.getByRole("dialog").getByRole("button", { name: "Mojito" }).waitFor();
  expect(await sticksOut()).toBe(0);
  await shoot(ada, "phone-picker");
  await ada.keyboard.press("Escape");
  await ada.getByRole("button", { name: "Share" }).tap();
  await ada.getByRole("img", { name: /QR code/ }).waitFor();
  expect(await sticksOut()).toBe(0);
  await shoot(ada, "phone-share");
  await ada.goto(w.server.url);
  await ada.getByRole("heading", { name: "Boards" }).waitFor();
  expect(await sticksOut()).toBe(0);
  await shoot(ada, "phone-home");
});

test("dark by the system, light by choice, and the choice stays", async () => {
  const ada = await w.open(undefined, { colorScheme: "dark" });
  await evening(ada);
  const ground = () =>
    ada.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await ground();
  await shoot(ada, "dark");
  await ada.getByRole("button", { name: "Colours: as the system" }).click();
  await ada.getByRole("button", { name: "Colours: light" }).waitFor();
  const light = await ground();
  expect(light).not.toBe(dark);
  await ada.reload();
  await live(ada);
  expect(await ground()).toBe(light);
  await ada.getByRole("button", { name: "Colours: light" }).click();
  expect(await ground()).toBe(dark);
});

test("by keyboard alone: from the first page to a tally", async () => {
  const ada = await w.open(w.server.url);
  await ada.getByLabel("What is the occasion?").waitFor();
  const press = (...keys: string[]) =>
    keys.reduce((before, key) => before.then(() => ada.keyboard.press(key)), Promise.resolve());
  /** Tab until the thing with this name has the focus; the way must be short. */
  const tabTo = async (name: string) => {
    for (let step = 0; step < 40; step += 1) {
      const focused = await ada.evaluate(() => {
        const here = document.activeElement;
        const label = here?.id
          ? document.querySelector(`label[for="${CSS.escape(here.id)}"]`)
          : null;
        return here?.getAttribute("aria-label") ?? label?.textContent ?? here?.textContent ?? "";
      });
      if (focused.trim() === name) return;
      await press("Tab");
    }
    throw new Error(`no way by Tab to ${name}`);
  };

  await press("Tab");
  expect(await ada.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the content");
  await press("Enter");
  await tabTo("What is the occasion?");
  await ada.keyboard.type("By hand");
  await press("Enter");
  await ada.getByRole("dialog", { name: "What shall we call you?" }).waitFor();
  await ada.keyboard.type("Ada");
  await press("Enter");
  await ada.waitForURL(/\/boards\/\d+$/);
  await live(ada);

  await tabTo("Add a player");
  await press("Enter");
  await ada.keyboard.type("Grace");
  await press("Enter");
  await card(ada, "Grace").and(ada.locator(":not([data-pending])")).waitFor();
  await press("Escape");
  await expect
    .poll(() => ada.evaluate(() => document.activeElement?.textContent), { timeout: PATIENCE })
    .toBe("Add a player");

  await group(ada, "Players").getByRole("heading", { name: "Grace" }).waitFor();
  await ada.keyboard.press("Shift+Tab");
  await ada.keyboard.press("Shift+Tab");
  await tabTo("Add a drink for Grace");
  await press("Enter");
  await ada.getByRole("dialog").getByRole("button", { name: "Negroni" }).waitFor();
  await ada.keyboard.type("negroni");
  await press("Enter");
  await shows(ada, ["Grace: 1 Negroni"]);
  // The focus is back where the dialog was opened.
  await tabTo("Add a drink for Grace");
  for (let step = 0; step < 2; step += 1) await press("Shift+Tab");
  await tabTo("One Negroni more for Grace");
  // What has the focus is seen to have it.
  const outline = await ada.evaluate(
    () => document.activeElement && getComputedStyle(document.activeElement).outlineStyle,
  );
  expect(outline).toBe("solid");
  await press("Enter", "Space");
  await shows(ada, ["Grace: 3 Negroni"]);
  await press("Shift+Tab", "Shift+Tab");
  await tabTo("One Negroni less for Grace");
  await press("Enter", "Enter", "Enter");
  await shows(ada, []);
  // The row has gone; the focus has not.
  await tabTo("Add a drink for Grace");
});

test("what is not there is said kindly", async () => {
  const ada = await w.open(`${w.server.url}/boards/4242424242`);
  await ada.getByRole("heading", { name: "No such board" }).waitFor();
  await shoot(ada, "no-such-board");
  await ada.goto(`${w.server.url}/boards/not-a-number`);
  await ada.getByRole("heading", { name: "No such board" }).waitFor();
  await ada.getByRole("link", { name: "To the boards" }).click();
  await ada.getByRole("heading", { name: "Boards" }).waitFor();
});

test("changes are said aloud, and the connection too", async () => {
  const ada = await w.open();
  const address = await makeBoard(ada, w.server.url, { title: "Aloud", name: "Ada" });
  await addPlayers(ada, "Players", ["Ada"]);
  await addDrink(ada, "Ada", "Negroni");
  const grace = await w.open(address);
  await state(grace, "live");
  await grace.getByRole("status").getByText("Live").waitFor();
  await tap(ada, "Ada", "Negroni", "more");
  await grace.locator("[aria-live]").getByText("Ada: Negroni 2.").waitFor();
});
