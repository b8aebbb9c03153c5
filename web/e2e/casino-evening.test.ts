/** An evening on the floor as its manager sees it: real users, each of their plays counted, once. */
import { expect, test } from "vitest";
import { PATIENCE, shoot } from "./browser";
import { askWith, guest } from "./casino-steps";
import { live } from "./steps";
import { world } from "./world";

const w = world();

const USERS = 12;
const ROUNDS = 10;

test("an evening of a dozen real users: each of their plays is counted, once", async () => {
  const page = await w.open(`${w.server.url}/admin/monitor`);
  await page.getByLabel("Admin token").fill(w.server.adminToken("root"));
  await page.getByRole("button", { name: "Look" }).click();
  await live(page);
  const users = await Promise.all(Array.from({ length: USERS }, () => guest(w.server.url)));
  const evening = async ({ token }: { token: string }, at: number) => {
    const play = (game: string, body: object) =>
      askWith(w.server.url, token, "POST", `/api/games/${game}`, body);
    for (let round = 0; round < ROUNDS; round += 1) {
      await play("slot/spin", { bet_amount: 1 + at });
      await play("rps/play", { choice: "rock", bet_amount: 2 + at });
      if (round === 5) await play("gacha/pull", { pull_count: 10 });
    }
    await play("crash/bet", { bet_amount: 5, auto_cashout_multiplier: 1.05 });
  };
  await Promise.all(users.map(evening));
  const plays = String(USERS * (2 * ROUNDS + 2));
  await page.locator('dd[data-figure="Plays"]').getByText(plays, { exact: true }).waitFor();
  for (const [game, count] of [
    ["Slot", `${USERS * ROUNDS} plays`],
    ["Rock, paper, scissors", `${USERS * ROUNDS} plays`],
    ["Gacha", `${USERS} plays`],
    ["Crash", `${USERS} rounds over`],
  ] as const) {
    const panel = page.locator(".returns li", { hasText: game });
    await panel.getByText(count, { exact: true }).waitFor();
  }
  const paid = page.locator(".events tbody").getByText("Out at 1.05×").first();
  await expect.poll(() => paid.isVisible(), { timeout: PATIENCE }).toBe(true);
  await shoot(page, "monitor-evening");
});
