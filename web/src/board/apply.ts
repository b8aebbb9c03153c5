/**
 * What a command will do to the board, shown before the server has answered. The server decides;
 * this only has to be right in the common case. Pure.
 */
import type { Board, Change, Drink, Player, Tally, Team } from "./model";

/** Ids of things that the server has not named yet start with this. No command may use them. */
const PENDING = "pending:";

/** Whether the server does not know this id yet. */
export function isPending(id: string): boolean {
  return id.startsWith(PENDING);
}

/** The board after the command. `key` makes the id of a new thing; `drinks` names new tallies. */
export function apply(
  board: Board,
  command: Change,
  key: string,
  drinks: readonly Drink[] = [],
): Board {
  switch (command.do) {
    case "set_title":
      return { ...board, title: command.title };
    case "add_team": {
      const team: Team = { id: PENDING + key, name: command.name, player_ids: [] };
      return { ...board, teams: [...board.teams, team] };
    }
    case "rename_team":
      return {
        ...board,
        teams: board.teams.map((team) =>
          team.id === command.team_id ? { ...team, name: command.name } : team,
        ),
      };
    case "remove_team":
      return withMembers({
        ...board,
        teams: board.teams.filter((team) => team.id !== command.team_id),
        players: board.players.map((player) =>
          player.team_id === command.team_id ? { ...player, team_id: null } : player,
        ),
      });
    case "add_player": {
      const player: Player = {
        id: PENDING + key,
        name: command.name,
        team_id: command.team_id ?? null,
        drinks: [],
      };
      return withMembers({ ...board, players: [...board.players, player] });
    }
    case "edit_player":
      return withMembers({
        ...board,
        players: changePlayer(board.players, command.player_id, (player) => ({
          ...player,
          name: command.name ?? player.name,
          team_id: command.team_id === undefined ? player.team_id : command.team_id,
          drinks: (command.drinks ?? []).reduce<readonly Tally[]>(
            (tallies, { drink_id, amount }) => setTally(tallies, drink_id, () => amount, drinks),
            player.drinks,
          ),
        })),
      });
    case "remove_player":
      return withMembers({
        ...board,
        players: board.players.filter((player) => player.id !== command.player_id),
      });
    case "add_drink":
      return {
        ...board,
        players: changePlayer(board.players, command.player_id, (player) => ({
          ...player,
          drinks: setTally(player.drinks, command.drink_id, (now) => now + command.amount, drinks),
        })),
      };
  }
}

function changePlayer(
  players: readonly Player[],
  id: string,
  change: (player: Player) => Player,
): readonly Player[] {
  return players.map((player) => (player.id === id ? change(player) : player));
}

/** As the server keeps them: in the order of the catalogue; 0 takes a drink out. */
function setTally(
  tallies: readonly Tally[],
  drinkId: string,
  amountAfter: (now: number) => number,
  drinks: readonly Drink[],
): readonly Tally[] {
  const found = tallies.find((tally) => tally.drink_id === drinkId);
  const amount = Math.max(0, amountAfter(found?.amount ?? 0));
  if (amount === 0) return tallies.filter((tally) => tally !== found);
  if (found) return tallies.map((tally) => (tally === found ? { ...tally, amount } : tally));
  const name = drinks.find((drink) => drink.id === drinkId)?.name ?? "…";
  const tally = { drink_id: drinkId, drink_name: name, amount };
  return [...tallies, tally].sort((a, b) => inOrderOfMaking(a.drink_id, b.drink_id));
}

/** Ids are numbered: `d2` comes before `d10`. */
function inOrderOfMaking(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

/** Makes the teams' lists of members agree with the players. Unchanged teams keep their identity. */
function withMembers(board: Board): Board {
  return {
    ...board,
    teams: board.teams.map((team) => {
      const ids = board.players.filter((p) => p.team_id === team.id).map((p) => p.id);
      const same =
        ids.length === team.player_ids.length && ids.every((id) => team.player_ids.includes(id));
      return same ? team : { ...team, player_ids: ids };
    }),
  };
}
