/** Who may change a board, and how others get in. */
import { expect, test } from "vitest";
import { shoot } from "./browser";
import { addDrink, addPlayers, live, makeBoard, shows, tap } from "./steps";
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
  await grace.goto(first);
  const dialog = grace.getByRole("dialog", { name: "What shall we call you?" });
  await dialog.getByLabel("Your name").fill("Grace");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await grace.getByText("You are in: you can change this board.").waitFor();
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

test("whoever is forgotten only watches from then on", async () => {
  const ada = await w.open();
  await makeBoard(ada, w.server.url, { title: "Forgetful", name: "Ada" });
  await ada.getByRole("button", { name: "You are Ada" }).click();
  await ada.getByRole("button", { name: "Forget me" }).click();
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
