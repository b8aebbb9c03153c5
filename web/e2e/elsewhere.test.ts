/** The same build, served from another origin than the API. */
import { afterAll, expect, test } from "vitest";
import { OtherOrigin } from "./network";
import { addDrink, addPlayers, live, makeBoard, shows, tap } from "./steps";
import { world } from "./world";

const elsewhere = await new OtherOrigin().open();
afterAll(() => elsewhere.close());
const w = world({ allowedOrigins: elsewhere.url });

test("a board is made, watched and kept from another origin", async () => {
  elsewhere.api = w.server.url;
  const ada = await w.open();
  const address = await makeBoard(ada, elsewhere.url, { title: "Far away", name: "Ada" });
  expect(address.startsWith(elsewhere.url)).toBe(true);
  await addPlayers(ada, "Players", ["Ada"]);
  await addDrink(ada, "Ada", "Negroni");

  const near = await w.open(address.replace(elsewhere.url, w.server.url));
  const far = await w.open(address);
  await live(near);
  await live(far);
  await tap(ada, "Ada", "Negroni", "more");
  await shows(near, ["Ada: 2 Negroni"]);
  await shows(far, ["Ada: 2 Negroni"]);
  expect(await far.locator(".pill").getAttribute("title")).toBe("Live by WebSocket");
});

test("a host that answers every path with the page gets a kind word for those without one", async () => {
  elsewhere.api = w.server.url;
  const page = await w.open(`${elsewhere.url}/nowhere/at/all`);
  await page.getByRole("heading", { name: "Nothing here" }).waitFor();
});

test("an origin that is not on the list gets nothing, and the page says so", async () => {
  const stranger = await new OtherOrigin().open();
  try {
    stranger.api = w.server.url;
    const page = await w.open(stranger.url);
    await page.getByText("The boards could not be fetched.").waitFor();
  } finally {
    stranger.close();
  }
});
