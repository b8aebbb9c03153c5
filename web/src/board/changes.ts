/** What happened between two views, in words, for people who hear the page. Pure. */
import type { Board, Player } from "./model";

/** More changes than this at once are only counted. */
const SPOKEN_MAX = 4;

/** One short sentence for each change, or a count when there are many. */
export function describeChanges(before: Board, after: Board): readonly string[] {
  if (before === after) return [];
  const said = [
    ...(before.title === after.title ? [] : [`The board is now called ${after.title}.`]),
    ...namesOf(before.teams, after.teams, "Team "),
    ...namesOf(before.players, after.players, ""),
    ...after.players.flatMap((player) => {
      const old = before.players.find((other) => other.id === player.id);
      return old && old !== player ? playerChanges(old, player, after) : [];
    }),
  ];
  return said.length > SPOKEN_MAX ? [`${said.length} changes on the board.`] : said;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

function namesOf(before: readonly Named[], after: readonly Named[], kind: string): string[] {
  return [
    ...after.flatMap((one) => {
      const old = before.find((other) => other.id === one.id);
      if (!old) return [`${kind}${one.name} joined.`];
      return old.name === one.name ? [] : [`${kind}${old.name} is now ${one.name}.`];
    }),
    ...before
      .filter((one) => !after.some((other) => other.id === one.id))
      .map((one) => `${kind}${one.name} left.`),
  ];
}

function playerChanges(before: Player, after: Player, board: Board): string[] {
  const said = after.drinks.flatMap((tally) => {
    const old = before.drinks.find((other) => other.drink_id === tally.drink_id);
    return old?.amount === tally.amount
      ? []
      : [`${after.name}: ${tally.drink_name} ${tally.amount}.`];
  });
  for (const tally of before.drinks) {
    if (!after.drinks.some((other) => other.drink_id === tally.drink_id)) {
      said.push(`${after.name}: ${tally.drink_name} 0.`);
    }
  }
  if (before.team_id !== after.team_id) {
    const team = board.teams.find((one) => one.id === after.team_id);
    said.push(team ? `${after.name} plays for ${team.name}.` : `${after.name} has no team.`);
  }
  return said;
}
