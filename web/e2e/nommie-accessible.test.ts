/** The pages of Nommie under axe-core: light, dark, and on a phone. */
import { expect, test } from "vitest";
import { scan } from "./axe";
import { PATIENCE, PHONE } from "./browser";
import { act, ask, asked, comeIn, hand, ready, setTable, whoseTurn } from "./nommie-steps";
import { live } from "./steps";
import { world } from "./world";

const w = world();

test.each([
  ["light", { colorScheme: "light" as const }],
  ["dark", { colorScheme: "dark" as const }],
  ["phone", { ...PHONE, colorScheme: "dark" as const, reducedMotion: "reduce" as const }],
])("%s: axe objects to nothing from the lobby to the score", async (_name, options) => {
  const ann = await w.open(`${w.server.url}/nommie`, options);
  await ann.getByRole("button", { name: "Come in" }).waitFor();
  expect(await scan(ann), "nobody").toEqual([]);
  await comeIn(ann, w.server.url, "Ann");
  await ann.getByRole("button", { name: "New table" }).click();
  await ann.getByLabel("For the game").check();
  expect(await scan(ann), "new table").toEqual([]);
  await ann.keyboard.press("Escape");
  const clock = { kind: "fixed" as const, seconds: 600 };
  const address = await setTable(ann, { bots: 2, clock });
  await ann.getByRole("radio", { name: "Mine" }).check();
  await ann.getByRole("link", { name: "Friday" }).waitFor();
  expect(await scan(ann), "lobby").toEqual([]);

  await ann.goto(address);
  await live(ann);
  expect(await scan(ann), "seats").toEqual([]);
  const stranger = await w.open(address, options);
  await live(stranger);
  expect(await scan(stranger), "a free seat").toEqual([]);
  await ann.getByRole("button", { name: "Add a bot to seat 4" }).click();
  await ready(ann);
  await expect.poll(() => hand(ann), { timeout: PATIENCE }).toHaveLength(13);
  await whoseTurn([ann]);
  expect(await scan(ann), "bidding").toEqual([]);
  // The highest bid, to choose trumps; only the dealer may be barred from it.
  await ann.locator('.bid[aria-disabled="false"]').last().click();
  await expect.poll(() => asked(ann), { timeout: PATIENCE }).toBe("trump");
  expect(await scan(ann), "trumps").toEqual([]);
  await act(ann);
  for (let card = 0; card < 13; card += 1) {
    await expect.poll(() => asked(ann), { timeout: PATIENCE }).toBe("card");
    if (card === 1) {
      expect(await scan(ann), "trick").toEqual([]);
      expect(await scan(stranger), "spectator").toEqual([]);
      await ann.getByRole("button", { name: "Last trick" }).click();
      expect(await scan(ann), "last trick").toEqual([]);
      await ann.keyboard.press("Escape");
      await ann.getByRole("button", { name: "Share" }).click();
      await ann.getByRole("img", { name: /QR code/ }).waitFor();
      expect(await scan(ann), "share").toEqual([]);
      await ann.keyboard.press("Escape");
    }
    await act(ann);
  }
  await ann.getByRole("heading", { name: "Round 1" }).waitFor();
  expect(await scan(ann), "score").toEqual([]);
  await ann.getByRole("button", { name: "Rounds" }).click();
  await ann.getByRole("row", { name: /^1 13/ }).waitFor();
  expect(await scan(ann), "rounds").toEqual([]);
  await ann.keyboard.press("Escape");
  const id = address.split("/").at(-1);
  await ask(ann, "DELETE", `/api/games/${id}/leave`);
  await ann.getByRole("heading", { name: /\bwins? / }).waitFor({ timeout: 60_000 });
  expect(await scan(ann), "game over").toEqual([]);
});
