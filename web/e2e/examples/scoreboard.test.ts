/** `examples/sveltekit-scoreboard`: rendered with its data, then live; two windows on one board. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { PATIENCE } from "../browser";
import { world } from "../world";
import { App, freePorts } from "./app";

const [port = 0] = await freePorts(1);
const origin = `http://127.0.0.1:${port}`;
const w = world({ allowedOrigins: origin });
let app: App | undefined;

beforeAll(async () => {
  app = await App.start({
    example: "sveltekit-scoreboard",
    command: ["build/index.js"],
    env: { HOST: "127.0.0.1", PORT: String(port), PUBLIC_PARLOR_URL: w.server.url },
    ready: /Listening on/,
  });
});
afterAll(() => app?.stop());

test("two windows on one board: the first paint has the data, and what one does the other shows", async () => {
  const ada = await w.open(origin);
  await ada.getByLabel("Title").fill("Friday");
  await ada.getByRole("button", { name: "New board" }).click();
  await ada.getByRole("heading", { name: "Friday" }).waitFor();
  await ada.getByRole("status").getByText("live websocket").waitFor();
  await ada.getByLabel("Player").fill("Ada");
  await ada.getByRole("button", { name: "Add", exact: true }).click();
  await ada.getByText("Ada: –").waitFor();

  // What the app's server sends, before any script has run.
  const plain = await w.open(ada.url(), { javaScriptEnabled: false });
  await plain.getByRole("heading", { name: "Friday" }).waitFor();
  await plain.getByRole("listitem").filter({ hasText: "Ada: –" }).waitFor();
  await plain.getByRole("status").getByText("connecting").waitFor();

  const grace = await w.open();
  const sockets: string[] = [];
  grace.on("websocket", (socket) => sockets.push(new URL(socket.url()).host));
  const reads: string[] = [];
  grace.on("request", (request) => {
    if (request.url().startsWith(w.server.url)) reads.push(request.url());
  });
  await grace.goto(ada.url());
  await grace.getByRole("status").getByText("live websocket").waitFor();
  expect(sockets).toEqual([new URL(w.server.url).host]);
  expect(reads, "the page came with its data").toEqual([]);

  await ada.getByLabel("Drink").selectOption("Negroni");
  for (const amount of [1, 2]) {
    await ada.getByRole("button", { name: "Add a drink for Ada" }).click();
    for (const page of [ada, grace]) await page.getByText(`Ada: ${amount} Negroni`).waitFor();
  }

  // Only who made the board may change it: shown at once, and taken back with the reason.
  await grace.getByLabel("Drink").selectOption("Negroni");
  await grace.getByRole("button", { name: "Add a drink for Ada" }).click();
  await expect
    .poll(() => grace.getByRole("alert").textContent(), { timeout: PATIENCE })
    .toMatch(/./);
  for (const page of [ada, grace]) await page.getByText("Ada: 2 Negroni").waitFor();
  expect(sockets.length, "one socket for each login").toBeLessThanOrEqual(2);
});

test("the server goes and comes back: the page says so, and nothing is lost", async () => {
  const ada = await w.open(origin);
  await ada.getByLabel("Title").fill("Quiz night");
  await ada.getByRole("button", { name: "New board" }).click();
  await ada.getByRole("status").getByText("live websocket").waitFor();
  await w.server.kill();
  await ada.getByRole("status").getByText("reconnecting").waitFor();
  await w.server.start();
  await ada.getByRole("status").getByText("live websocket").waitFor();
  await ada.getByLabel("Player").fill("Ada");
  await ada.getByRole("button", { name: "Add", exact: true }).click();
  await ada.getByText("Ada: –").waitFor();
});

test("a board that is not there is a 404 with a word", async () => {
  const page = await w.open();
  const reply = await page.goto(`${origin}/boards/4242424242`);
  expect(reply?.status()).toBe(404);
});
