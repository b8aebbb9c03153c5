/** An admin watches the floor: live, filtered, paused, and at a pace that no eye follows. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { scan } from "./axe";
import { PATIENCE, PHONE, shoot } from "./browser";
import { askWith, comeIn, guest } from "./casino-steps";
import { live } from "./steps";
import { world } from "./world";

const w = world();

async function watch(page: Page): Promise<void> {
  await page.goto(`${w.server.url}/admin/monitor`);
  await page.getByLabel("Admin token").fill(w.server.adminToken("root"));
  await page.getByRole("button", { name: "Look" }).click();
  await live(page);
}

const spin = (token: string, bet = 10) =>
  askWith(w.server.url, token, "POST", "/api/games/slot/spin", { bet_amount: bet });
const hand = (token: string, bet = 10) =>
  askWith(w.server.url, token, "POST", "/api/games/rps/play", { choice: "rock", bet_amount: bet });

/** Users of the rows that are shown, newest first. */
function users(page: Page): Promise<string[]> {
  const cells = page.locator(".events tbody tr:not(.events-space) td:nth-child(2)");
  return cells.allTextContents();
}

function showsUsers(page: Page, expected: string[]) {
  return expect.poll(() => users(page), { timeout: PATIENCE }).toEqual(expected);
}

const figure = (page: Page, name: string) => page.locator(`dd[data-figure="${name}"]`);

test("plays of two users are seen live, filtered, and kept while paused", async () => {
  const page = await w.open();
  await watch(page);
  expect(await page.title()).toBe("Monitor · Parlor");
  const [ann, bob] = [await guest(w.server.url), await guest(w.server.url)];
  await spin(ann.token);
  await hand(bob.token, 25);
  await showsUsers(page, [bob.id, ann.id]);
  await figure(page, "Plays").getByText("2", { exact: true }).waitFor();

  await page.getByLabel("User", { exact: true }).fill(ann.id);
  await showsUsers(page, [ann.id]);
  await page.getByLabel("User", { exact: true }).fill("");
  await page.getByLabel("Bet, at least").fill("20");
  await showsUsers(page, [bob.id]);
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByLabel("Game").selectOption("slot");
  await showsUsers(page, [ann.id]);
  await page.getByLabel("Game").selectOption("all");

  await page.getByRole("button", { name: "Pause" }).click();
  await spin(bob.token);
  await spin(bob.token);
  await page.getByText("2 new", { exact: true }).waitFor();
  await figure(page, "Plays").getByText("4", { exact: true }).waitFor();
  expect(await users(page)).toEqual([bob.id, ann.id]);
  await page.getByRole("button", { name: "Resume" }).click();
  await showsUsers(page, [bob.id, bob.id, bob.id, ann.id]);

  // Who won and who lost, as the rows say.
  await page.getByLabel("Outcome").selectOption("lost");
  await expect
    .poll(() => page.locator(".events-outcome").allTextContents(), { timeout: PATIENCE })
    .not.toContain("won");
  await page.getByLabel("Outcome").selectOption("all");

  const refused = await fetch(`${w.server.url}/api/games/slot/spin`, {
    method: "POST",
    headers: { authorization: `Bearer ${ann.token}`, "content-type": "application/json" },
    body: JSON.stringify({ bet_amount: -1 }),
  });
  expect(refused.status).toBe(422);
  await page.locator(".refused").getByText("INVALID_BET").waitFor();
  await page.getByRole("row", { name: /^Commit/ }).waitFor();
  await page.getByText("Exact 95.09 %").waitFor();
});

test("who is on the floor is seen, and tokens are given", async () => {
  const monitor = await w.open();
  await watch(monitor);
  const player = await w.open();
  await comeIn(player, w.server.url, "Cleo");
  const me = await player.evaluate(
    () => JSON.parse(localStorage.getItem("parlor.login") ?? "").user.id,
  );
  const people = monitor.getByRole("region", { name: "Users here" });
  await people.getByText(String(me), { exact: true }).waitFor();
  await monitor.getByLabel("To user").fill(String(me));
  await monitor.getByLabel("Tokens", { exact: true }).fill("250");
  await monitor.getByRole("button", { name: "Give", exact: true }).click();
  await monitor.getByText(`User ${me} has 1,250 tokens now.`).waitFor();
  await player.locator('.purse-balance[data-balance="1250"]').waitFor();
  await player.goto("about:blank");
  await people.getByText(String(me), { exact: true }).waitFor({ state: "detached" });
});

test("who is no admin sees what it takes", async () => {
  const page = await w.open();
  await comeIn(page, w.server.url, "Dora");
  await page.goto(`${w.server.url}/admin/monitor`);
  await page.getByRole("heading", { name: "For admins" }).waitFor();
  await page.getByText("which Dora does not have here.").waitFor();
  expect(await scan(page)).toEqual([]);
  await shoot(page, "monitor-gate");
  const nobody = await w.open(`${w.server.url}/admin/monitor`);
  await nobody.getByRole("heading", { name: "For admins" }).waitFor();
  await nobody.getByLabel("Admin token").fill("not-a-token");
  await nobody.getByRole("button", { name: "Look" }).click();
  await nobody.getByText("The server did not take this token").waitFor();
});

/** Events as a busy floor would tell them. */
function flood(from: number, many: number) {
  return Array.from({ length: many }, (_, index) => {
    const at = from + index;
    const win = [0, 0, 20, 40][at % 4] ?? 0;
    const slot = {
      reels: [["🍒", "🍒", "🍋"]],
      win_amount: win,
      multiplier: win / 10,
      is_jackpot: false,
      counter: at,
    };
    const rps = {
      player_choice: "rock",
      computer_choice: "paper",
      result: "lose",
      win_amount: [0, 10, 20][at % 3] ?? 0,
      counter: at,
    };
    return {
      type: "game_event",
      schema: 1,
      id: String(at),
      game_type: at % 2 ? "rps" : "slot",
      user_id: 1 + (at % 997),
      bet: 10,
      result: at % 2 ? rps : slot,
      ts: new Date(1_790_000_000_000 + at * 4).toISOString(),
    };
  });
}

const leg = { count: 120, p50_ms: 0.04, p99_ms: 0.9 };

/** A server that has told of so many plays when the page opens, and then of more. */
async function busy(page: Page, first: number, then: number): Promise<void> {
  await page.routeWebSocket(/\/ws\/monitor/, (socket) => {
    const tell = (message: object) => socket.send(JSON.stringify(message));
    tell({
      type: "monitor_snapshot",
      connected_user_ids: Array.from({ length: 997 }, (_, index) => index + 1),
      connections: 1204,
      recent_events: flood(0, first),
      gap: false,
    });
    for (const event of flood(first, then)) tell(event);
    const ts = new Date(1_790_000_000_000 + (first + then) * 4).toISOString();
    const legs = { decode: leg, rules: leg, commit: { ...leg, p99_ms: 12 }, fanout: leg };
    tell({ type: "stats", ts, legs, refused: { INSUFFICIENT_TOKENS: 12, ROUND_OVER: 3 } });
  });
}

test("tens of thousands of rows: only those in sight are made, and it stays quick", async () => {
  const page = await w.open();
  await busy(page, 44_700, 300);
  await watch(page);
  await figure(page, "Plays").getByText("45,000").waitFor();
  const rows = page.locator(".events tbody tr:not(.events-space)");
  expect(await rows.count()).toBeLessThan(60);
  expect(await page.locator(".events table").getAttribute("aria-rowcount")).toBe("45001");

  // To the very end, by keyboard; the oldest is there.
  await page.locator(".events").focus();
  await page.keyboard.press("End");
  await page.locator('.events tr[aria-rowindex="45001"]').waitFor();
  expect(await rows.count()).toBeLessThan(60);

  const took = await page.evaluate(async () => {
    const box = document.querySelector(".events") as HTMLElement;
    const start = performance.now();
    for (let step = 0; step < 60; step += 1) {
      box.scrollTop = step * 20_000;
      await new Promise((done) => requestAnimationFrame(done));
    }
    return performance.now() - start;
  });
  expect(took, "60 jumps").toBeLessThan(6_000);
  await page.getByLabel("User", { exact: true }).fill("5");
  await expect.poll(() => users(page), { timeout: PATIENCE }).toContain("5");
  expect(new Set(await users(page))).toEqual(new Set(["5"]));
});

test.each([
  ["light", { colorScheme: "light" as const }],
  ["dark", { colorScheme: "dark" as const }],
  ["phone", { ...PHONE, colorScheme: "light" as const }],
])("%s: pictures of the monitor", async (name, options) => {
  const page = await w.open(undefined, options);
  await busy(page, 20_800, 200);
  await watch(page);
  await figure(page, "Plays").getByText("21,000").waitFor();
  await page.getByText("Exact 95.09 %").waitFor();
  expect(await scan(page)).toEqual([]);
  await shoot(page, `monitor-${name}`, true);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("The table is paused.").waitFor();
  expect(await scan(page)).toEqual([]);
});

/** What a monitor is told of when the test says so. */
async function told(page: Page, events: readonly object[]) {
  const sockets: { close: (options: { code: number; reason: string }) => void }[] = [];
  await page.routeWebSocket(/\/ws\/monitor/, (socket) => {
    sockets.push(socket);
    const [connected_user_ids, connections] = [[], 0];
    const snapshot = { type: "monitor_snapshot", connected_user_ids, connections };
    socket.send(JSON.stringify({ ...snapshot, recent_events: events, gap: false }));
  });
  return (code: number, reason: string) => void sockets.at(-1)?.close({ code, reason });
}

const play = (id: number, game_type: string, bet: number, result: object, user_id = 7) => {
  const ts = new Date(1_790_000_000_000 + id * 1000).toISOString();
  return { type: "game_event", schema: 1, id: `${id}`, game_type, user_id, bet, result, ts };
};
const RICH = [
  play(1, "rps", 4_938_271_605, {
    player_choice: "rock",
    computer_choice: "scissors",
    result: "win",
    win_amount: 9_876_543_210,
    counter: 1,
  }),
  play(2, "gacha", 450, {
    items: [
      { name: "Cork", rarity: "Common" },
      { name: "Golden dice", rarity: "Epic" },
    ],
    pull_count: 10,
    rare_item_count: 1,
    ultra_rare_item_count: 1,
    pity: 0,
    counter: 2,
  }),
  play(3, "crash", 20, { phase: "bet", game_id: 5, started_at: 0, commitment: "c", counter: 3 }, 8),
  play(
    4,
    "crash",
    20,
    { phase: "crashed", game_id: 5, multiplier: null, win_amount: 0, crash_point: 1.5 },
    8,
  ),
];

test("rows say what they mean: large amounts, pulls, rounds; a user is a click away", async () => {
  const page = await w.open();
  await told(page, RICH);
  await watch(page);
  await showsUsers(page, ["8", "8", "7", "7"]);
  // Two rows, one round.
  await figure(page, "Plays").getByText("3", { exact: true }).waitFor();
  const amounts = await page.locator(".events tbody .number").evaluateAll((cells) =>
    cells.map((cell) => ({
      text: cell.textContent,
      title: cell.getAttribute("title"),
      cut: cell.scrollWidth > cell.clientWidth,
    })),
  );
  expect(amounts.filter(({ cut }) => cut)).toEqual([]);
  expect(amounts).toContainEqual({ text: "9,876,543,210", title: "9,876,543,210", cut: false });
  const pull = page.getByRole("row").filter({ hasText: "Golden dice" });
  expect(await pull.locator("td").allTextContents()).toEqual(
    expect.arrayContaining(["450", "–", "Epic"]),
  );
  expect(await pull.getAttribute("data-outcome")).toBe("items");
  await shoot(page, "monitor-rows");

  await page.getByRole("button", { name: "8", exact: true }).first().click();
  await showsUsers(page, ["8", "8"]);
  expect(await page.getByLabel("User", { exact: true }).inputValue()).toBe("8");
  await page.getByRole("button", { name: "Show all" }).click();
  // What is typed stays, also when it is no number; and can be taken back.
  const least = page.getByLabel("Bet, at least");
  const all = page.getByRole("button", { name: "Show all" });
  expect(await all.isDisabled()).toBe(true);
  await least.pressSequentially("4x");
  expect([await least.inputValue(), await all.isEnabled()]).toEqual(["4x", true]);
  await showsUsers(page, ["8", "8", "7", "7"]);
  await all.click();
  expect(await least.inputValue()).toBe("");
  await least.fill("400");
  await showsUsers(page, ["7", "7"]);
});

test("a monitor that the server has turned away keeps what it has collected", async () => {
  const page = await w.open();
  const close = await told(page, RICH);
  await watch(page);
  await showsUsers(page, ["8", "8", "7", "7"]);
  close(4509, "too-many");
  await page.getByText("The server does not let this page listen any more").waitFor();
  expect(await users(page)).toEqual(["8", "8", "7", "7"]);
  await figure(page, "Plays a second").getByText("–").waitFor();
  await page.getByText("As last heard: no more is known now.").waitFor();
  await page.getByRole("button", { name: "Try again" }).click();
  await live(page);
  close(4503, "forbidden");
  await page.getByRole("heading", { name: "For admins" }).waitFor();
});

test("events that were missed are said", async () => {
  const page = await w.open();
  await page.routeWebSocket(/\/ws\/monitor/, (socket) => {
    socket.send(
      JSON.stringify({
        type: "monitor_snapshot",
        connected_user_ids: [],
        connections: 0,
        recent_events: [],
        gap: true,
      }),
    );
  });
  await watch(page);
  await page.getByText("Events were missed").waitFor();
  await page.getByText("Nobody is connected.").waitFor();
  await shoot(page, "monitor-gap");
  await page.getByRole("button", { name: "Understood" }).click();
  await page.getByText("Events were missed").waitFor({ state: "detached" });
});
