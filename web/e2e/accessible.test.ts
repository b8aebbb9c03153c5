/** Every page under axe-core, light and dark. */
import { expect, test } from "vitest";
import { scan } from "./axe";
import { PHONE } from "./browser";
import { addDrink, addPlayers, live, login, makeBoard } from "./steps";
import { world } from "./world";

const w = world();

test.each([
  ["light", { colorScheme: "light" as const }],
  ["dark", { colorScheme: "dark" as const }],
  ["phone", { ...PHONE, colorScheme: "light" as const }],
])("%s: no page has anything that axe objects to", async (_name, options) => {
  const ada = await w.open(w.server.url, options);
  expect(await scan(ada), "home").toEqual([]);
  const address = await makeBoard(ada, w.server.url, {
    title: "Friday",
    teams: ["Reds", "Blues", "Greens"],
    name: "Ada",
  });
  await addPlayers(ada, "Reds", ["Ada", "Grace"]);
  await addDrink(ada, "Ada", "Negroni");
  await addDrink(ada, "Ada", "Mojito");
  expect(await scan(ada), "board").toEqual([]);

  await ada.getByRole("button", { name: "Share" }).click();
  await ada.getByRole("radio", { name: "To edit" }).check();
  await ada.getByRole("button", { name: "Make an edit link" }).click();
  await ada.getByRole("img", { name: /QR code/ }).waitFor();
  const { access_token } = await login(ada);
  const granted = await ada.request.put(`${address.replace("/boards/", "/game/")}/editors/linus`, {
    headers: { authorization: `Bearer ${access_token}` },
  });
  expect(granted.status()).toBe(200);
  await ada.getByRole("button", { name: "Remove linus" }).waitFor();
  expect(await scan(ada), "share").toEqual([]);
  await ada.keyboard.press("Escape");

  await ada.getByRole("button", { name: "Add a drink for Grace" }).click();
  await ada.getByRole("dialog").getByRole("button", { name: "Negroni" }).waitFor();
  expect(await scan(ada), "picker").toEqual([]);
  await ada.keyboard.press("Escape");

  await ada.getByRole("button", { name: "Drinks", exact: true }).click();
  await ada.getByRole("button", { name: "Remove Negroni" }).click();
  expect(await scan(ada), "drinks").toEqual([]);
  await ada.keyboard.press("Escape");

  await ada.getByRole("button", { name: "Friday, change" }).click();
  expect(await scan(ada), "editing").toEqual([]);
  await ada.keyboard.press("Escape");

  const stranger = await w.open(address, options);
  await live(stranger);
  expect(await scan(stranger), "read-only").toEqual([]);
  await stranger.goto(`${w.server.url}/boards/4242424242`);
  await stranger.getByRole("heading", { name: "No such board" }).waitFor();
  expect(await scan(stranger), "not found").toEqual([]);
});
