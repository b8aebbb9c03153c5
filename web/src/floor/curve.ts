/** The curve of a crash round as a path, in a box of its own units. Pure. */

export const WIDTH = 320;
export const HEIGHT = 160;

/** Milliseconds and hundredths that the box holds at least, so that a round begins calmly. */
const LEAST_MILLIS = 8_000;
const LEAST_TIMES = 2;
const GROWTH = 0.06 / 1000;
const POINTS = 48;

export interface Curve {
  readonly line: string;
  /** The line, closed down to the floor. */
  readonly area: string;
  /** Where it ends. */
  readonly x: number;
  readonly y: number;
}

/** The curve up to so many milliseconds. */
export function curveTo(millis: number): Curve {
  const until = Math.max(0, millis);
  const widest = Math.max(LEAST_MILLIS, until * 1.15);
  const highest = Math.max(LEAST_TIMES, 1 + (Math.exp(GROWTH * until) - 1) * 1.25);
  const round = (number: number) => Math.round(number * 10) / 10;
  const place = (at: number) => {
    const x = round((at / widest) * WIDTH);
    const y = round(HEIGHT - ((Math.exp(GROWTH * at) - 1) / (highest - 1)) * (HEIGHT - 12));
    return { x, y };
  };
  const points = Array.from({ length: POINTS + 1 }, (_, step) => place((until * step) / POINTS));
  const line = `M${points.map(({ x, y }) => `${x} ${y}`).join("L")}`;
  const end = place(until);
  return { line, area: `${line}V${HEIGHT}H0Z`, ...end };
}
