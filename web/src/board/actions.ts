/**
 * What a person can do to a board. What changes the board shows at once, and says why when it is
 * rolled back; rights are shown only as they are. Knows nothing of how it is asked for on the page.
 */
import { ApiError, type CommandResult, type Json, type SendOptions } from "parlor-client";
import { reasonOf } from "../ui/errors";
import type { Toast } from "../ui/toast";
import { apply } from "./apply";
import type { Board, Change, Command, Drink, Player, Team } from "./model";

export interface Actions {
  readonly setTitle: (title: string) => void;
  readonly addTeam: (name: string) => void;
  readonly renameTeam: (team: Team, name: string) => void;
  readonly removeTeam: (team: Team) => void;
  readonly addPlayer: (name: string, teamId: string | null) => void;
  readonly renamePlayer: (player: Player, name: string) => void;
  readonly movePlayer: (player: Player, teamId: string | null) => void;
  readonly removePlayer: (player: Player) => void;
  readonly addDrink: (player: Player, drinkId: string, amount: number) => void;
  readonly setDrink: (player: Player, drinkId: string, amount: number) => void;
  /** Takes the right to edit away. Resolves with null once that is so, or with why it is not. */
  readonly removeEditor: (userId: string) => Promise<string | null>;
}

interface Means {
  readonly send: (command: Command, options?: SendOptions<Board>) => Promise<CommandResult>;
  readonly toast: (toast: Toast) => void;
  readonly drinks: () => readonly Drink[];
}

let sent = 0;

export function createActions({ send, toast, drinks }: Means): Actions {
  /** Resolves with the reply, or null when it was refused (and said so). */
  const run = async (command: Change, failed: string): Promise<CommandResult | null> => {
    sent += 1;
    const key = String(sent);
    try {
      return await send(command, {
        optimistic: (board) => apply(board, command, key, drinks()),
      });
    } catch (error) {
      toast({ kind: "error", text: `${failed} ${reasonOf(error)}` });
      return null;
    }
  };
  const offerUndo = (done: CommandResult | null, text: string, undo: () => Promise<unknown>) => {
    if (done) toast({ text, action: { label: "Undo", run: () => void undo() } });
  };

  /** Undoing makes a new player with the same name, team and drinks; the id is another. */
  const restorePlayer = async (player: Player) => {
    const team = player.team_id === null ? {} : { team_id: player.team_id };
    const failed = `${player.name} could not be brought back.`;
    const made = await run({ do: "add_player", name: player.name, ...team }, failed);
    const id = idOf(made?.data);
    if (id && player.drinks.length > 0) {
      const amounts = player.drinks.map(({ drink_id, amount }) => ({ drink_id, amount }));
      await run({ do: "edit_player", player_id: id, drinks: amounts }, failed);
    }
  };
  const restoreTeam = async (team: Team) => {
    const failed = `${team.name} could not be brought back.`;
    const made = await run({ do: "add_team", name: team.name }, failed);
    const id = idOf(made?.data);
    if (!id) return;
    for (const player_id of team.player_ids) {
      await run({ do: "edit_player", player_id, team_id: id }, failed);
    }
  };

  return {
    setTitle: (title) => void run({ do: "set_title", title }, "The title was not changed."),
    addTeam: (name) => void run({ do: "add_team", name }, `${name} was not added.`),
    renameTeam: (team, name) =>
      void run({ do: "rename_team", team_id: team.id, name }, `${team.name} was not renamed.`),
    removeTeam: (team) =>
      void run({ do: "remove_team", team_id: team.id }, `${team.name} was not removed.`).then(
        (done) => offerUndo(done, `Team ${team.name} is gone.`, () => restoreTeam(team)),
      ),
    addPlayer: (name, teamId) =>
      void run(
        { do: "add_player", name, ...(teamId !== null && { team_id: teamId }) },
        `${name} was not added.`,
      ),
    renamePlayer: (player, name) =>
      void run(
        { do: "edit_player", player_id: player.id, name },
        `${player.name} was not renamed.`,
      ),
    movePlayer: (player, teamId) =>
      void run(
        { do: "edit_player", player_id: player.id, team_id: teamId },
        `${player.name} was not moved.`,
      ),
    removePlayer: (player) =>
      void run(
        { do: "remove_player", player_id: player.id },
        `${player.name} was not removed.`,
      ).then((done) => offerUndo(done, `${player.name} is gone.`, () => restorePlayer(player))),
    addDrink: (player, drinkId, amount) =>
      void run(
        { do: "add_drink", player_id: player.id, drink_id: drinkId, amount },
        `${player.name}’s tally was not changed.`,
      ),
    setDrink: (player, drinkId, amount) =>
      void run(
        {
          do: "edit_player",
          player_id: player.id,
          drinks: [{ drink_id: drinkId, amount }],
        },
        `${player.name}’s tally was not changed.`,
      ),
    removeEditor: async (userId) => {
      try {
        await send({ do: "revoke", user_id: userId });
        return null;
      } catch (error) {
        // Another window was faster: it is as it should be.
        if (error instanceof ApiError && error.code === "UNKNOWN_EDITOR") return null;
        return reasonOf(error);
      }
    },
  };
}

function idOf(reply: Json | undefined): string | null {
  if (typeof reply !== "object" || reply === null || !("id" in reply)) return null;
  return typeof reply.id === "string" ? reply.id : null;
}
