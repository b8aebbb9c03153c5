import { expect, test } from "vitest";
import { COLOURS, colourOf } from "../src/board/colour";
import { qrPath } from "../src/ui/qr-path";
import { drawTally, TALLY_MAX } from "../src/ui/tally";

const strokes = (amount: number) => drawTally(amount).path.split("M").length - 1;

test("a tally has as many strokes as it counts, and dots past the most that are drawn", () => {
  for (const amount of [0, 1, 4, 5, 6, TALLY_MAX]) expect(strokes(amount)).toBe(amount);
  expect(strokes(TALLY_MAX + 1)).toBe(TALLY_MAX + 3);
  expect(strokes(1_000_000)).toBe(TALLY_MAX + 3);
  expect(strokes(-3)).toBe(0);
});

test("a tally never gets narrower", () => {
  let before = 0;
  for (let amount = 0; amount <= TALLY_MAX + 2; amount += 1) {
    const { width } = drawTally(amount);
    expect(width).toBeGreaterThanOrEqual(before);
    before = width;
  }
});

test("runs of dark modules become rectangles", () => {
  const row = (text: string) => [...text].map((one) => one === "#");
  expect(qrPath([row("##.#"), row("....")])).toBe("M0 0h2v1H0zM3 0h1v1H3z");
  expect(qrPath([row(".###")])).toBe("M1 0h3v1H1z");
  expect(qrPath([])).toBe("");
});

test("a team keeps its colour, and every colour is one of the sheet", () => {
  expect(colourOf("t1")).not.toBe(colourOf("t2"));
  for (const id of ["t0", "t7", "t123", "pending:4", "x"]) {
    expect(colourOf(id)).toBeGreaterThanOrEqual(0);
    expect(colourOf(id)).toBeLessThan(COLOURS);
  }
});
