/** Which colour a team has. From its id, so that it keeps its colour when another team goes. Pure. */

/** How many there are in styles/board.css. */
export const COLOURS = 6;

export function colourOf(teamId: string): number {
  const digits = /\d+$/.exec(teamId)?.[0];
  return Number(digits ?? 0) % COLOURS;
}
