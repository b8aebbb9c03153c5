import { expect, test } from "vitest";
import { whenMade } from "../src/home/when";

const now = new Date(2026, 10, 21, 12, 30);
const made = (...at: [number, number, number, number, number]) =>
  whenMade(new Date(...at).toISOString(), now, "en-GB");

test("the time today, the day this year, the date before", () => {
  expect(made(2026, 10, 21, 9, 5)).toBe("09:05");
  expect(made(2026, 10, 20, 23, 59)).toBe("20 Nov");
  expect(made(2025, 11, 24, 20, 0)).toBe("24 Dec 2025");
});

test("what is no date shows nothing", () => {
  expect(whenMade(undefined, now)).toBe("");
  expect(whenMade("yesterday", now)).toBe("");
});
