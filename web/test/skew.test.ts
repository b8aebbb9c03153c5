import { expect, test } from "vitest";
import { clockText, fromDate, fromStamp, leftUntil, narrow, skewOf, UNKNOWN } from "../src/ui/skew";

/** A `Date` header of a server whose clock is `ahead`; the answer takes `trip` each way. */
function header(ahead: number, sent: number, trip: number) {
  const shown = new Date(Math.floor((sent + trip + ahead) / 1000) * 1000).toUTCString();
  return fromDate(shown, sent, sent + 2 * trip);
}

test.each([0, 90_000, -90_250, 4321])("a few headers tell a skew of %i ms", (ahead) => {
  const start = 1_795_285_379_174;
  let skew = UNKNOWN;
  for (const after of [0, 370, 740, 1110]) {
    const seen = header(ahead, start + after, 20);
    expect(seen.low).toBeLessThanOrEqual(ahead);
    expect(seen.high).toBeGreaterThanOrEqual(ahead);
    skew = narrow(skew, seen);
  }
  expect(Math.abs(skewOf(skew) - ahead)).toBeLessThan(250);
});

test("an event's stamp narrows it from below, alone it only moves a clock that is surely late", () => {
  const stamp = "2026-01-01T12:00:10.500Z";
  const received = Date.parse("2026-01-01T12:00:00.000Z");
  expect(skewOf(fromStamp(stamp, received))).toBe(10_500);
  expect(skewOf(fromStamp(stamp, received + 60_000))).toBe(0);
  expect(fromStamp("nonsense", received)).toEqual(UNKNOWN);
});

test("a clock that was set: the newer observation counts", () => {
  expect(narrow({ low: 0, high: 900 }, { low: 5000, high: 5900 })).toEqual({
    low: 5000,
    high: 5900,
  });
  expect(skewOf(UNKNOWN)).toBe(0);
  expect(fromDate(null, 0, 0)).toEqual(UNKNOWN);
});

test("what is left, and how it is written", () => {
  expect(leftUntil(10_000, 1000, 4000)).toBe(5000);
  expect(leftUntil(10_000, 0, 20_000)).toBe(0);
  expect(clockText(8_100)).toBe("0:09");
  expect(clockText(0)).toBe("0:00");
  expect(clockText(750_000)).toBe("12:30");
  expect(clockText(3_600_000)).toBe("1:00:00");
});
