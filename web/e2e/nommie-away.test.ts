/** A closed lid, a restart, a network without sockets, two tabs at once: the table comes back right. */
import type { Page, WebSocketRoute } from "playwright-core";
import { afterEach, expect, test } from "vitest";
import { PATIENCE, PHONE, shoot } from "./browser";
import { Wire } from "./network";
import {
  act,
  asked,
  comeIn,
  hand,
  playable,
  ready,
  setTable,
  sitDown,
  whoseTurn,
} from "./nommie-steps";
import { live, state } from "./steps";
import { world } from "./world";

const w = world();
let wire: Wire | null = null;
afterEach(() => wire?.close());

const SOCKETS = /^GET \/ws\b/;
const STREAMS = /^GET \/api\/sessions\/\d+\/stream\b/;

/** A table of Ann, Ben behind a wire, and two bots, in the first bidding: Ben's turn. */
async function annAndBen(through: Wire): Promise<{ ann: Page; ben: Page; address: string }> {
  const ann = await w.open();
  const ben = await w.open();
  await comeIn(ann, w.server.url, "Ann");
  const address = await setTable(ann, { bots: 0 });
  await comeIn(ben, through.url, "Ben");
  await sitDown(ben, address.replace(w.server.url, through.url));
  await ann.goto(address);
  for (const seat of [3, 4]) {
    await ann.getByRole("button", { name: `Add a bot to seat ${seat}` }).click();
  }
  await ready(ann);
  await ready(ben);
  await expect.poll(() => hand(ben), { timeout: PATIENCE }).toHaveLength(13);
  return { ann, ben, address };
}

test("the lid is closed, the others go on, the server restarts: back at the right place", async () => {
  wire = await new Wire(w.server.port).open();
  const { ann, ben } = await annAndBen(wire);
  await act(ben);
  await whoseTurn([ann]);
  const before = await hand(ben);

  await ben.context().setOffline(true);
  wire.cut();
  await state(ben, "offline");
  await ben.getByText("This is the table as of").waitFor();
  expect(await hand(ben), "what was known stays").toEqual(before);
  // Ann bids, trumps are chosen (by her, if it is hers), and play begins without Ben, up to him.
  await act(ann);
  let anns = 0;
  for (; anns < 3; anns += 1) {
    await expect
      .poll(async () => (await asked(ann)) ?? ann.locator(".decision-line").textContent(), {
        timeout: PATIENCE,
      })
      .toMatch(/^(bid|trump|card|Ben to .*)$/);
    if ((await asked(ann)) === null) break;
    await act(ann);
  }
  await ann.getByText(/^Ben to (play|choose trumps)$/).waitFor();
  await w.server.kill();
  await state(ann, "reconnecting");
  await w.server.start();
  await live(ann);

  wire.mend();
  await ben.context().setOffline(false);
  await live(ben);
  await whoseTurn([ben]);
  expect(await hand(ben)).toEqual(before);
  const line = await ben.locator(".decision-line").textContent();
  expect(line).toMatch(/^(Your turn|You lead|You won)/);
  // What the page has caught up to is what a fresh one shows.
  const trick = () => ben.locator(".trick-card").allTextContents();
  const caughtUp = await trick();
  await ben.reload();
  await live(ben);
  await whoseTurn([ben]);
  expect(await trick()).toEqual(caughtUp);
  expect(await hand(ben)).toEqual(before);
  await act(ben);
});

test("without sockets, then without streams, the table is played all the same", async () => {
  wire = await new Wire(w.server.port).open();
  wire.refuse(SOCKETS);
  const { ann, ben } = await annAndBen(wire);
  const liveBy = (transport: string) =>
    ben.locator(`.pill[data-state="live"][title="Live by ${transport}"]`).waitFor();
  await liveBy("Server-Sent Events");
  await act(ben);
  await ann.locator('.plate[data-side="left"]').getByText("bids").waitFor();
  wire.refuse(SOCKETS, STREAMS);
  wire.cut();
  wire.mend();
  await liveBy("polling");
  for (let move = 0; move < 4; move += 1) await act(await whoseTurn([ann, ben]));
  expect((await hand(ben)).length).toBeLessThan(13);
});

test("two tabs of one player act at once: the second card comes back, and says why", async () => {
  const ann = await w.open();
  await comeIn(ann, w.server.url, "Ann");
  const address = await setTable(ann);
  await ann.goto(address);
  await ready(ann);
  // On to where Ann may play one of several cards.
  for (;;) {
    await whoseTurn([ann]);
    if ((await playable(ann).count()) > 1) break;
    await act(ann);
  }

  // The second tab hears nothing for a while, as on a slow network.
  const late = await ann.context().newPage();
  const waiting: (() => void)[] = [];
  let holding = false;
  await late.routeWebSocket(/\/ws\/sessions\//, (socket: WebSocketRoute) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (holding) waiting.push(() => socket.send(message));
      else socket.send(message);
    });
  });
  await late.goto(address);
  await live(late);
  await whoseTurn([late]);
  holding = true;
  // The first tab plays the first of them.
  const card = await playable(late).last().getAttribute("data-card");
  const before = await hand(late);

  await act(ann);
  const other = late.locator(`.hand-card[data-card="${card}"]`);
  await other.dblclick({ position: { x: 8, y: 20 } });
  await other.waitFor({ state: "detached" });
  expect(await hand(late), "it shows at once").toEqual(before.filter((one) => one !== card));
  holding = false;
  for (const deliver of waiting) deliver();
  await late.getByRole("alert").getByText("is back in your hand.").waitFor();
  await late
    .getByRole("alert")
    .getByText(/moved on, perhaps in another window/)
    .waitFor();
  await shoot(late, "nommie-refused");
  await expect.poll(() => hand(late), { timeout: PATIENCE }).toEqual(await hand(ann));
  expect(await hand(late)).toContain(card);
});

test("whose turn it is shows in the list and in the header of every page", async () => {
  const ann = await w.open();
  const ben = await w.open();
  await comeIn(ann, w.server.url, "Ann");
  await comeIn(ben, w.server.url, "Ben");
  const address = await setTable(ann, { name: "Quiet evening", bots: 2 });
  await sitDown(ben, address);
  await ready(ben);
  await ann.goto(address);
  await ready(ann);
  await expect.poll(() => hand(ben), { timeout: PATIENCE }).toHaveLength(13);
  // Seats 1 and 2 are bots': the first to be asked is Ben, in the last seat.
  await whoseTurn([ben]);

  await ann.goto(`${w.server.url}/nommie`);
  await ann.getByRole("radio", { name: "Mine" }).check();
  const line = ann.getByRole("link", { name: "Quiet evening" });
  await line.getByText("Round 1 of 26").waitFor();
  expect(await line.getByText("Your turn").count()).toBe(0);
  await act(ben);
  await line.getByText("Your turn").waitFor();
  const badge = ann.getByRole("banner").getByRole("link", { name: "Your turn" });
  await badge.waitFor();
  await shoot(ann, "nommie-lobby");
  await ann.getByRole("radio", { name: "In play" }).check();
  await line.getByText("Your turn").waitFor();

  await ann.goto(w.server.url);
  await badge.click();
  await whoseTurn([ann]);
  expect(await badge.count(), "the table that is open says so itself").toBe(0);
  const second = await ann.context().newPage();
  await second.goto(w.server.url);
  const elsewhere = second.getByRole("banner").getByRole("link", { name: "Your turn" });
  await elsewhere.waitFor();
  await act(ann);
  await whoseTurn([ann, ben]);
  if ((await asked(ben)) !== null) await elsewhere.waitFor({ state: "detached" });
});

test("on a phone, by keyboard alone: a round with three bots", async () => {
  const ann = await w.open(undefined, { ...PHONE, colorScheme: "dark" });
  await comeIn(ann, w.server.url, "Ann");
  await shoot(ann, "nommie-lobby-phone");
  const clock = { kind: "fixed" as const, seconds: 300, grace_seconds: 30 };
  await ann.goto(await setTable(ann, { name: "Friday at Ann’s", pace: 20, clock }));
  await live(ann);
  await shoot(ann, "nommie-seats-phone", true);

  const inside = (selector: string) =>
    ann.evaluate((within) => document.activeElement?.closest(within) !== null, selector);
  const tabTo = async (selector: string) => {
    for (let press = 0; press < 40 && !(await inside(selector)); press += 1) {
      await ann.keyboard.press("Tab");
    }
    expect(await inside(selector), `Tab reaches ${selector}`).toBe(true);
  };
  /** Arrow keys to what may be pressed, then Enter. */
  const choose = async (selector: string) => {
    await tabTo(selector);
    const allowed = () =>
      ann.evaluate(() => document.activeElement?.getAttribute("aria-disabled") !== "true");
    await ann.keyboard.press("Home");
    for (let press = 0; press < 14 && !(await allowed()); press += 1) {
      await ann.keyboard.press("ArrowRight");
    }
    expect(await allowed()).toBe(true);
    await ann.keyboard.press("Enter");
  };
  await tabTo(".lobby-next button");
  await ann.keyboard.press("Enter");
  await expect.poll(() => hand(ann), { timeout: PATIENCE }).toHaveLength(13);
  await whoseTurn([ann]);
  await shoot(ann, "nommie-bidding-phone");
  const sticksOut = () =>
    ann.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await sticksOut()).toBe(0);

  let cards = 13;
  while (cards > 0) {
    await whoseTurn([ann]);
    const what = await asked(ann);
    if (what === "bid") await choose(".bids");
    else if (what === "trump") await choose(".trumps");
    else {
      if (cards === 11) {
        await shoot(ann, "nommie-trick-phone");
        expect(await sticksOut()).toBe(0);
        // Each card can be taken by a thumb: what shows of it is wide enough, in two rows.
        const lefts = await ann
          .locator(".hand-card")
          .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left));
        const steps = lefts.slice(1).map((left, index) => left - (lefts[index] ?? 0));
        expect(Math.min(...steps.filter((step) => step > 0))).toBeGreaterThanOrEqual(40);
        const closed = ann.locator('.hand-card[aria-disabled="true"]');
        if ((await closed.count()) > 0) {
          await closed.first().focus();
          await ann.keyboard.press("Enter");
          await ann
            .locator(".hand-note")
            .getByText(/you must follow/)
            .waitFor();
        }
      }
      await choose(".hand");
      cards -= 1;
      if (cards > 0) {
        await expect.poll(() => hand(ann), { timeout: PATIENCE }).toHaveLength(cards);
        expect(await inside(".hand"), "the focus stays in the hand").toBe(true);
      }
    }
    // Every name says whether it can be played while it is the own turn.
    if ((await asked(ann)) === "card") {
      const names = await ann
        .locator('.hand-card[aria-disabled="false"]')
        .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? ""));
      for (const name of names)
        expect(name).toMatch(/ of (clubs|diamonds|hearts|spades), playable$/);
    }
  }
  await ann.getByRole("heading", { name: "Round 1" }).waitFor();
  await shoot(ann, "nommie-score-phone", true);
  expect(await sticksOut()).toBe(0);
});

test("the first paint comes with the page: who sits there, and nobody's cards", async () => {
  const ann = await w.open();
  await comeIn(ann, w.server.url, "Ann");
  const address = await setTable(ann, { name: "Early" });
  await ann.goto(address);
  await ready(ann);
  await expect.poll(() => hand(ann), { timeout: PATIENCE }).toHaveLength(13);
  const stranger = await w.open();
  const asked: string[] = [];
  stranger.on("request", (request) => asked.push(new URL(request.url()).pathname));
  // A socket that never opens: what shows came with the page.
  await stranger.routeWebSocket(/.*/, () => {});
  await stranger.goto(address);
  await stranger.getByRole("heading", { name: "Early", level: 1 }).waitFor();
  await stranger.locator(".plate", { hasText: "Ann" }).waitFor();
  expect(asked.filter((path) => /^\/(api|ws)\b/.test(path))).toEqual([]);
  const [card = "none"] = await hand(ann);
  expect(await stranger.content()).not.toContain(`"${card}"`);
});

test("a clock of one's own that is five minutes fast does not shorten the turn", async () => {
  const ann = await w.open();
  await ann.addInitScript(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + 300_000;
  });
  await comeIn(ann, w.server.url, "Ann");
  const clock = { kind: "fixed" as const, seconds: 600 };
  await ann.goto(await setTable(ann, { clock }));
  await ready(ann);
  await whoseTurn([ann]);
  const left = () => ann.getByRole("timer").textContent();
  await expect.poll(left, { timeout: PATIENCE }).toMatch(/^(10:00|9:5\d)$/);
});
