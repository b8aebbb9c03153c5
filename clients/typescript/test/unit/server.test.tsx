/** The adapters where pages are rendered for many users at once: nothing is shared, nothing connects. */
import { renderToString } from "react-dom/server";
import { get } from "svelte/store";
import { expect, it } from "vitest";
import { useGameSync } from "../../src/react.js";
import { gameSync } from "../../src/svelte.js";
import { type Board, FakeTransport, snapshot } from "./fake.js";

const transport = new FakeTransport();
const of = (hand: number) => ({
  session: "7",
  url: "http://server",
  transports: [transport],
  initial: snapshot(hand),
});

function Hand({ hand }: { hand: number }) {
  const { view, status } = useGameSync<Board>(of(hand));
  return <p>{`${view?.n} ${status.state}`}</p>;
}

it("shows each user their own first view", () => {
  expect(renderToString(<Hand hand={1} />)).toBe("<p>1 connecting</p>");
  expect(renderToString(<Hand hand={2} />)).toBe("<p>2 connecting</p>");
  expect(get(gameSync<Board>(of(3))).view).toEqual({ n: 3 });
  expect(get(gameSync<Board>(of(4))).view).toEqual({ n: 4 });
  expect(transport.connections).toEqual([]);
});
