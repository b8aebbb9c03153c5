/** Tally marks as a path: strokes in fives, slightly uneven as if drawn by hand. Pure. */

/** Strokes that are drawn; more become dots, for the number stands beside them. */
export const TALLY_MAX = 25;

/** Height of the drawing, in its own units. */
export const TALLY_HEIGHT = 16;

const STROKE = 5;
const GROUP = STROKE * 4 + 6;

/** How far each stroke leans, by its number: regular enough to count, uneven enough to look drawn. */
const LEAN = [0.6, -0.4, 0.9, 0.1, 0.4, -0.6, 0.2, 0.8] as const;

export interface TallyDrawing {
  readonly path: string;
  readonly width: number;
}

/** The marks for `amount`. */
export function drawTally(amount: number): TallyDrawing {
  const shown = Math.max(0, Math.min(Math.floor(amount), TALLY_MAX));
  let path = "";
  let width = 0;
  for (let mark = 0; mark < shown; mark += 1) {
    const left = Math.floor(mark / 5) * GROUP + 2;
    const inGroup = mark % 5;
    const lean = LEAN[(mark * 3) % LEAN.length] ?? 0;
    if (inGroup === 4) {
      path += `M${round(left - 2)} ${round(12.2 + lean)}L${round(left + STROKE * 3 + 3)} ${round(3.6 - lean)}`;
      width = left + STROKE * 3 + 4;
    } else {
      const x = left + inGroup * STROKE;
      path += `M${round(x + lean)} ${round(2.2 - lean / 2)}L${round(x)} ${round(13.8 + lean / 2)}`;
      width = x + 3;
    }
  }
  if (amount > TALLY_MAX) {
    for (const dot of [4, 8, 12]) path += `M${width + dot} 13.4h.1`;
    width += 15;
  }
  return { path, width };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
