/** Who may change a board, and how others get in. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { PATIENCE, shoot } from "./browser";
import {
  addDrink,
  addPlayers,
  joinBoard,
  live,
  login,
  makeBoard,
  makeEditLink,
  shows,
  tap,
} from "./steps";
import { world } from "./world";

const w = world();

test("a stranger watches; an edit link lets in; a new link ends the old one", async () => {
  const ada = await w.open(undefined, {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const address = await makeBoard(ada, w.server.url, { title: "Friday", name: "Ada" });
  await addPlayers(ada, "Players", ["Ada"]);
  await addDrink(ada, "Ada", "Negroni");

  const grace = await w.open(address);
  await live(grace);
  await grace.getByText("You are watching.").waitFor();
  await shows(grace, ["Ada: 1 Negroni"]);
  for (const name of ["Add a player", "Add a team", "Drinks", "Delete this board"]) {
    expect(await grace.getByRole("button", { name }).count(), name).toBe(0);
  }
  expect(await grace.locator(".stepper, .inline-edit").count()).toBe(0);
  await shoot(grace, "read-only");

  const invite = async () => {
    const dialog = ada.getByRole("dialog", { name: "Share this board" });
    await dialog.getByRole("button", { name: "Copy" }).click();
    await dialog.getByRole("button", { name: "Copied" }).waitFor();
    return ada.evaluate(() => navigator.clipboard.readText());
  };
  await ada.getByRole("button", { name: "Share" }).click();
  await ada.getByRole("img", { name: "QR code: link to watch" }).waitFor();
  expect(await invite()).toBe(address);
  await shoot(ada, "share-watch");
  await ada.getByRole("radio", { name: "To edit" }).check();
  await ada.getByRole("button", { name: "Make an edit link" }).click();
  await ada.getByRole("img", { name: "QR code: link to edit" }).waitFor();
  const first = await invite();
  expect(first).toMatch(new RegExp(`^${address}#join=.+`));
  await shoot(ada, "share");

  // Into the open page, as somebody does who got the link while watching.
  await joinBoard(grace, first, "Grace");
  expect(grace.url()).toBe(address);
  await grace.getByRole("button", { name: "You are Grace" }).waitFor();
  await tap(grace, "Ada", "Negroni", "more");
  await shows(grace, ["Ada: 2 Negroni"]);
  await shows(ada, ["Ada: 2 Negroni"]);
  // An editor, not an owner.
  expect(await grace.getByRole("button", { name: "Delete this board" }).count()).toBe(0);

  // The same link is shown again, until a new one is asked for.
  await ada.keyboard.press("Escape");
  await ada.getByRole("button", { name: "Share" }).click();
  await ada.getByRole("radio", { name: "To edit" }).check();
  expect(await invite()).toBe(first);
  await ada.getByRole("button", { name: "Make a new link" }).click();
  await ada
    .getByRole("textbox", { name: "Link to edit" })
    .and(ada.locator(`:not([value="${first}"])`))
    .waitFor();

  const linus = await w.open(first);
  await linus.getByRole("dialog").getByRole("button", { name: "Skip" }).click();
  await linus.getByText("The link is no longer valid.").waitFor();
  await linus.getByText("You are watching.").waitFor();
  // Grace stays in, also after a reload.
  await grace.reload();
  await tap(grace, "Ada", "Negroni", "less");
  await shows(linus, ["Ada: 1 Negroni"]);
});

/** Waits until the owner's list of editors holds exactly these, in any order. */
async function lists(page: Page, editors: string[]): Promise<void> {
  const rows = page.getByRole("region", { name: "Editors" }).locator("code");
  await expect
    .poll(async () => (await rows.allInnerTexts()).sort(), { timeout: PATIENCE })
    .toEqual(editors.sort());
}

test("the owner takes the right to edit away: all windows follow, without a reload", async () => {
  const ada = await w.open();
  const address = await makeBoard(ada, w.server.url, { title: "Guests", name: "Ada" });
  await addPlayers(ada, "Players", ["Ada"]);
  await addDrink(ada, "Ada", "Negroni");
  const link = await makeEditLink(ada);
  await ada.getByText("Nobody but you can change this board.").waitFor();
  // The owner's other window.
  const second = await ada.context().newPage();
  await second.goto(address);
  await live(second);
  await second.getByRole("button", { name: "Share" }).click();
  await second.getByRole("radio", { name: "To edit" }).check();

  const [grace, linus] = [await w.open(), await w.open()];
  const graceId = await joinBoard(grace, link, "Grace");
  const linusId = await joinBoard(linus, link, "Linus");
  for (const owner of [ada, second]) await lists(owner, [graceId, linusId]);
  await shoot(ada, "share-editors");

  // Grace can tell the owner which one she is. She is about to have a drink, too.
  await grace.getByRole("button", { name: "You are Grace" }).click();
  await grace.getByRole("dialog").getByText(graceId, { exact: true }).waitFor();
  await grace.keyboard.press("Escape");
  await grace.getByRole("button", { name: "Add a drink for Ada" }).click();
  const picker = grace.getByRole("dialog", { name: "A drink for Ada" });
  await picker.waitFor();
  const removal = (id: string) => ada.getByRole("button", { name: `Remove ${id}` });
  await removal(graceId).press("Enter");

  await grace.getByText("You are watching.").waitFor();
  await grace.getByText("The owner lets you only watch from now on.").waitFor();
  await picker.waitFor({ state: "detached" });
  for (const name of ["Add a player", "Add a drink for Ada", "Drinks"]) {
    expect(await grace.getByRole("button", { name }).count(), name).toBe(0);
  }
  expect(await grace.locator(".stepper, .inline-edit").count()).toBe(0);
  await shoot(grace, "removed");
  // Nor is it only the buttons.
  const { access_token } = await login(grace);
  const refused = await grace.request.patch(address.replace("/boards/", "/game/"), {
    headers: { authorization: `Bearer ${access_token}` },
    data: { title: "Grace was here" },
  });
  expect(refused.status()).toBe(403);

  for (const owner of [ada, second]) await lists(owner, [linusId]);
  await ada.getByText(`${graceId} can no longer change this board.`).waitFor();
  // The focus has not gone with the button that was pressed: the keyboard goes on from there.
  const focused = () => ada.evaluate(() => document.activeElement?.textContent);
  await expect.poll(focused, { timeout: PATIENCE }).toBe(`Remove ${linusId}`);
  // Linus stays in. She follows what he does.
  await tap(linus, "Ada", "Negroni", "more");
  await shows(grace, ["Ada: 2 Negroni"]);

  await ada.keyboard.press("Enter");
  await linus.getByText("You are watching.").waitFor();
  for (const owner of [ada, second]) {
    await owner.getByText("Nobody but you can change this board.").waitFor();
  }
  await expect.poll(focused, { timeout: PATIENCE }).toBe("Editors");
  // Who comes back is in the list again, and nothing says otherwise.
  await linus.goto(link);
  await linus.getByText("You are watching.").waitFor({ state: "detached" });
  await lists(ada, [linusId]);
  await removal(linusId).waitFor();
  expect(await ada.getByText("can no longer change this board.").count()).toBe(0);
});

test("a removal that is refused says why, and the editor stays in the list", async () => {
  const ada = await w.open();
  // Between the page and the server: somebody who refuses this one command.
  await ada.routeWebSocket(/\/ws\//, (page) => {
    const server = page.connectToServer();
    page.onMessage((message) => {
      const { command, ref, session } = JSON.parse(message.toString());
      if (command?.do !== "revoke") return server.send(message);
      const error = { code: "FORBIDDEN", message: "only the board's owner may do this" };
      page.send(JSON.stringify({ type: "result", version: 1, ref, session, error }));
    });
  });
  await makeBoard(ada, w.server.url, { title: "Refused", name: "Ada" });
  const link = await makeEditLink(ada);
  const grace = await w.open();
  const graceId = await joinBoard(grace, link, "Grace");
  const button = ada.getByRole("button", { name: `Remove ${graceId}` });
  await button.click();
  const alert = ada.getByRole("dialog").getByRole("alert");
  await alert.getByText(`${graceId} can still change this board. You may not`).waitFor();
  await shoot(ada, "share-refused");
  await lists(ada, [graceId]);
  expect(await button.getAttribute("aria-disabled")).toBe("false");
});

test("whoever is forgotten only watches from then on", async () => {
  const ada = await w.open();
  await makeBoard(ada, w.server.url, { title: "Forgetful", name: "Ada" });
  await ada.getByRole("button", { name: "You are Ada" }).click();
  await ada.getByRole("button", { name: "Forget me" }).click();
  const sure = ada.getByRole("dialog", { name: "Forget this guest?" });
  await sure.getByText("with its tokens and plays, is lost for good").waitFor();
  await sure.getByRole("button", { name: "Forget me" }).click();
  await ada.getByText("You are watching.").waitFor();
  await live(ada);
  expect(await ada.evaluate(() => localStorage.getItem("parlor.login"))).toBeNull();
});

test("the drinks of the house: a new one is had at once, a new name shows on the board", async () => {
  const ada = await w.open();
  const address = await makeBoard(ada, w.server.url, { title: "Tasting", name: null });
  await addPlayers(ada, "Players", ["Ada"]);
  await ada.getByRole("button", { name: "Add a drink for Ada" }).click();
  await ada.getByLabel("Find or add a drink").fill("Clover Club Nr. 5");
  await ada.getByRole("button", { name: "Add “Clover Club Nr. 5” to the drinks" }).click();
  await shows(ada, ["Ada: 1 Clover Club Nr. 5"]);

  const grace = await w.open(address);
  await live(grace);
  await ada.getByRole("button", { name: "Drinks", exact: true }).click();
  const dialog = ada.getByRole("dialog", { name: "Drinks of the house" });
  await dialog.getByRole("button", { name: "Clover Club Nr. 5, change" }).click();
  await dialog.getByLabel("Name of Clover Club Nr. 5").fill("Clover Club");
  await dialog.getByLabel("Name of Clover Club Nr. 5").press("Enter");
  await shows(grace, ["Ada: 1 Clover Club"]);
  await shoot(ada, "drinks");
  await dialog.getByRole("button", { name: "Remove Clover Club" }).click();
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await dialog.getByRole("button", { name: "Remove Clover Club" }).waitFor({ state: "detached" });
  // Who had one has had one.
  await shows(grace, ["Ada: 1 Clover Club"]);
});

test("two tabs share one login, also after one of them has renewed it", async () => {
  const ada = await w.open();
  const address = await makeBoard(ada, w.server.url, { title: "Two tabs", name: "Ada" });
  await addPlayers(ada, "Players", ["Ada"]);
  await addDrink(ada, "Ada", "Negroni");
  const second = await ada.context().newPage();
  await second.goto(address);
  await live(second);
  // An hour later, by the clock of the pages: the access token is about to end.
  const kept = () => ada.evaluate(() => JSON.parse(localStorage.getItem("parlor.login") ?? "{}"));
  const before = await kept();
  for (const tab of [ada, second]) {
    await tab.clock.setFixedTime(before.expires_at - 1_000);
    // The list of drinks is asked for with the login, which is renewed on the way.
    await tab.getByRole("button", { name: "Drinks", exact: true }).click();
    await tab.getByRole("button", { name: "Remove Negroni" }).waitFor();
    await tab.keyboard.press("Escape");
  }
  expect((await kept()).refresh_token).not.toBe(before.refresh_token);
  for (const tab of [ada, second]) {
    await tab.getByRole("button", { name: "You are Ada" }).waitFor();
    await tap(tab, "Ada", "Negroni", "more");
  }
  await shows(ada, ["Ada: 3 Negroni"]);
  await shows(second, ["Ada: 3 Negroni"]);
});
