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
  await page.getByText("Nobody is on the floor.").waitFor();
  await shoot(page, "monitor-gap");
  await page.getByRole("button", { name: "Understood" }).click();
  await page.getByText("Events were missed").waitFor({ state: "detached" });
});
