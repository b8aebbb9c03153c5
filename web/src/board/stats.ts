/** Sums and rankings of a board. There are no points: a score is a number of drinks. Pure. */
import type { Board, Player } from "./model";

/** A line of a ranking. Equal scores share a place, and the next place is skipped: 1, 1, 3. */
export interface Ranked {
  readonly id: string;
  readonly name: string;
  readonly score: number;
  readonly place: number;
}

export interface DrinkTotal {
  readonly id: string;
  readonly name: string;
  readonly amount: number;
}

export interface Group {
  /** null: the players without a team. */
  readonly id: string | null;
  readonly name: string;
  readonly players: readonly Player[];
  readonly score: number;
}

export interface Stats {
  readonly total: number;
  readonly players: readonly Ranked[];
  readonly teams: readonly Ranked[];
  /** Most drunk first. */
  readonly drinks: readonly DrinkTotal[];
}

/** A player's score: the sum of the amounts. */
export function scoreOf(player: Player): number {
  return player.drinks.reduce((sum, tally) => sum + tally.amount, 0);
}

/** The teams in their order with their players; those without a team come last, if there are any. */
export function groupsOf(board: Board): readonly Group[] {
  const known = new Set(board.teams.map((team) => team.id));
  const groups: Group[] = board.teams.map((team) =>
    group(
      team.id,
      team.name,
      board.players.filter((player) => player.team_id === team.id),
    ),
  );
  const rest = board.players.filter((player) => !player.team_id || !known.has(player.team_id));
  if (rest.length > 0 || groups.length === 0) {
    groups.push(group(null, groups.length === 0 ? "Players" : "No team", rest));
  }
  return groups;
}

export function statsOf(board: Board): Stats {
  const drinks = new Map<string, DrinkTotal>();
  for (const tally of board.players.flatMap((player) => player.drinks)) {
    const amount = (drinks.get(tally.drink_id)?.amount ?? 0) + tally.amount;
    drinks.set(tally.drink_id, { id: tally.drink_id, name: tally.drink_name, amount });
  }
  const players = board.players.map((player) => ({
    id: player.id,
    name: player.name,
    score: scoreOf(player),
  }));
  const teams = groupsOf(board).flatMap(({ id, name, score }) => (id ? [{ id, name, score }] : []));
  return {
    total: players.reduce((sum, player) => sum + player.score, 0),
    players: rank(players),
    teams: rank(teams),
    drinks: [...drinks.values()].sort(
      (a, b) => b.amount - a.amount || a.name.localeCompare(b.name),
    ),
  };
}

function group(id: string | null, name: string, players: readonly Player[]): Group {
  return { id, name, players, score: players.reduce((sum, player) => sum + scoreOf(player), 0) };
}

/** Highest first; among equals the order of the board stays. */
function rank(entries: readonly Omit<Ranked, "place">[]): readonly Ranked[] {
  const sorted = [...entries].sort((a, b) => b.score - a.score);
  return sorted.map((entry) => ({
    ...entry,
    place: sorted.findIndex((other) => other.score === entry.score) + 1,
  }));
}
