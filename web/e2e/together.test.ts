/** Two windows on one board: what one does the other shows, whatever happens in between. */
import { expect, test } from "vitest";
import { PATIENCE, shoot } from "./browser";
import { Wire } from "./network";
import { addDrink, addPlayers, card, group, live, makeBoard, shows, state, tap } from "./steps";
import { world } from "./world";

const w = world();

test("what one does the other shows, without a reload", async () => {
  const ada = await w.open();
  const address = await makeBoard(ada, w.server.url, {
    title: "Friday at Ada’s",
    teams: ["Reds", "Blues"],
    name: "Ada",
  });
  const grace = await w.open(address);
  await live(grace);
  await grace.evaluate(() => {
    (window as unknown as { kept: boolean }).kept = true;
  });

  await addPlayers(ada, "Reds", ["Ada", "Linus"]);
  await addPlayers(ada, "Blues", ["Grace"]);
  await addDrink(ada, "Ada", "Negroni");
  await addDrink(ada, "Grace", "Mojito");
  await tap(ada, "Ada", "Negroni", "more", 6);
  await tap(ada, "Ada", "Negroni", "less");
  const expected = ["Ada: 6 Negroni", "Grace: 1 Mojito"];
  await shows(ada, expected);
  await shows(grace, expected);

  // Sums, ranking and chart follow.
  await grace.getByText("7 drinks · 3 players · 2 teams").waitFor();
  const ranking = grace.locator(".ranking", { hasText: "Players" }).locator("li");
  expect(await ranking.allInnerTexts()).toEqual(["1\nAda\n6", "2\nGrace\n1", "3\nLinus\n0"]);
  const rows = grace.getByRole("table", { name: "Drinks on this board" }).getByRole("row");
  expect(await rows.allTextContents()).toEqual(["DrinkAmount", "Negroni6", "Mojito1"]);

  // Who is here.
  await ada.getByTitle("2 watching").waitFor();
  await grace.getByTitle("2 watching").waitFor();

  // Edit in place.
  await ada.getByRole("button", { name: "Friday at Ada’s, change" }).click();
  await ada.getByLabel("Title of the board").fill("Saturday");
  await ada.getByLabel("Title of the board").press("Enter");
  await grace.getByRole("heading", { name: "Saturday", level: 1 }).waitFor();
  await expect.poll(() => grace.title(), { timeout: PATIENCE }).toBe("Saturday · Parlor");

  await ada.getByRole("button", { name: "6, change: How many Negroni for Ada" }).click();
  await ada.getByLabel("How many Negroni for Ada").fill("12");
  await ada.getByLabel("How many Negroni for Ada").press("Enter");
  await ada.getByLabel("Team of Linus").selectOption("Blues");
  await ada.getByRole("button", { name: "Linus, change" }).click();
  await ada.getByLabel("Name of Linus").fill("Linus T.");
  await ada.getByLabel("Name of Linus").press("Enter");
  await ada.getByRole("button", { name: "Reds, change" }).click();
  await ada.getByLabel("Name of team Reds").fill("Scarlets");
  await ada.getByLabel("Name of team Reds").press("Enter");
  await shows(grace, ["Ada: 12 Negroni", "Grace: 1 Mojito"]);
  await group(grace, "Blues").getByRole("heading", { name: "Linus T." }).waitFor();
  await group(grace, "Scarlets").waitFor();

  // Gone, and back again.
  await ada.getByRole("button", { name: "Remove Ada" }).click();
  await shows(grace, ["Grace: 1 Mojito"]);
  await ada.getByRole("button", { name: "Undo" }).click();
  await shows(grace, ["Ada: 12 Negroni", "Grace: 1 Mojito"]);
  await ada.getByRole("button", { name: "Remove team Blues" }).click();
  await group(grace, "No team").getByRole("heading", { name: "Grace" }).waitFor();
  await ada.getByRole("button", { name: "Undo" }).last().click();
  await group(grace, "Blues").getByRole("heading", { name: "Grace" }).waitFor();

  expect(
    await grace.evaluate(() => (window as unknown as { kept?: boolean }).kept),
    "the page was loaded anew",
  ).toBe(true);
});

test("the server is killed and started again: both pages come back, nothing is lost", async () => {
  const ada = await w.open();
  const address = await makeBoard(ada, w.server.url, { title: "Quiz night", name: "Ada" });
  const grace = await w.open(address);
  await live(grace);
  await addPlayers(ada, "Players", ["Ada", "Grace"]);
  await addDrink(ada, "Ada", "Negroni");
  await addDrink(ada, "Grace", "Mojito");
  await tap(ada, "Ada", "Negroni", "more", 2);
  const before = ["Ada: 3 Negroni", "Grace: 1 Mojito"];
  await shows(grace, before);

  await w.server.kill();
  await state(ada, "reconnecting");
  await state(grace, "reconnecting");
  // What was known stays, and says that it may be old.
  await ada.getByText("The connection is lost.").waitFor();
  await shows(grace, before);
  await shoot(grace, "reconnecting");
  // A change now is kept and sent later.
  await tap(ada, "Grace", "Mojito", "more");
  const after = ["Ada: 3 Negroni", "Grace: 2 Mojito"];
  await shows(ada, after);

  await w.server.start();
  await live(ada);
  await live(grace);
  await shows(ada, after);
  await shows(grace, after);
  await ada.getByText("The connection is lost.").waitFor({ state: "detached" });
});

test("offline and online again: the change made in between arrives, a refused one is rolled back", async () => {
  const ada = await w.open();
  const address = await makeBoard(ada, w.server.url, { title: "Tunnel", name: "Ada" });
  await addPlayers(ada, "Players", ["Ada", "Grace"]);
  await addDrink(ada, "Ada", "Negroni");
  await addDrink(ada, "Grace", "Mojito");

  // The same login on a train: another window of the same browser, behind a wire.
  const wire = await new Wire(w.server.port).open();
  try {
    const login = await ada.evaluate(() => localStorage.getItem("parlor.login"));
    const train = await w.open();
    await train.addInitScript((kept) => localStorage.setItem("parlor.login", kept ?? ""), login);
    await train.goto(address.replace(w.server.url, wire.url));
    await live(train);
    await train.context().setOffline(true);
    wire.cut();
    await state(train, "offline");
    await train.getByText("You are offline.").waitFor();
    await tap(train, "Ada", "Negroni", "more");
    await tap(train, "Grace", "Mojito", "more");
    await shows(train, ["Ada: 2 Negroni", "Grace: 2 Mojito"]);

    await ada.getByRole("button", { name: "Remove Grace" }).click();
    await card(ada, "Grace").waitFor({ state: "detached" });

    wire.mend();
    await train.context().setOffline(false);
    await live(train);
    await shows(train, ["Ada: 2 Negroni"]);
    await train.getByRole("alert").getByText("Grace’s tally was not changed.").waitFor();
    await shows(ada, ["Ada: 2 Negroni"]);
  } finally {
    wire.close();
  }
});

test("a deleted board says so to everybody", async () => {
  const ada = await w.open();
  const address = await makeBoard(ada, w.server.url, { title: "Short", name: "Ada" });
  await addPlayers(ada, "Players", ["Ada"]);
  const grace = await w.open(address);
  await live(grace);
  await ada.getByRole("button", { name: "Delete this board" }).click();
  await ada.getByRole("button", { name: "Delete the board" }).click();
  for (const page of [ada, grace]) {
    await page.getByText("This board was closed.").waitFor();
    await state(page, "closed");
    // It stays to be looked at, and can no longer be changed.
    await card(page, "Ada").waitFor();
    expect(await page.getByRole("button", { name: "Add a player" }).count()).toBe(0);
  }
  await shoot(grace, "closed");
  await grace.reload();
  await grace.getByRole("heading", { name: "No such board" }).waitFor();
});
