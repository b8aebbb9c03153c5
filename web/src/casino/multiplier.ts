/** The multiplier of a crash round over time: e^(0.06 t), in hundredths, cut off. Pure. */
import { MOST } from "./draws";

/** The multiplier is e to this a millisecond. */
const GROWTH = 0.06 / 1000;

/** Hundredths after so many milliseconds, as the server counts them. */
export function multiplierAt(millis: number): number {
  const grown = Math.floor(100 * Math.exp(GROWTH * Math.max(0, millis)));
  return Math.min(MOST, Math.max(100, grown));
}

/** Milliseconds until so many hundredths are reached. */
export function reachedAfter(hundredths: number): number {
  return Math.log(Math.max(100, Math.min(MOST, hundredths)) / 100) / GROWTH;
}

/** "1.98×" */
export function timesText(multiplier: number): string {
  return `${multiplier.toFixed(2)}×`;
}
