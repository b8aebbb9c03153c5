import { ApiError, type CommandResult, type Json, type SendOptions } from "parlor-client";
import { expect, test } from "vitest";
import { type Actions, createActions } from "../src/board/actions";
import type { Board, Command, Player, Team } from "../src/board/model";
import type { Toast } from "../src/ui/toast";
import { board, drinks } from "./board";

/** Answers each command with the next of `replies`; remembers what was sent and said. */
function stage(...replies: (Json | ApiError)[]) {
  const sent: Command[] = [];
  const shown: Board[] = [];
  const toasts: Toast[] = [];
  const send = async (
    command: Command,
    options: SendOptions<Board> = {},
  ): Promise<CommandResult> => {
    sent.push(command);
    if (options.optimistic) shown.push(options.optimistic(board()));
    const reply = replies.shift() ?? null;
    if (reply instanceof ApiError) throw reply;
    return { lockVersion: 1, data: reply };
  };
  const toast = (one: Toast) => {
    toasts.push(one);
  };
  const actions: Actions = createActions({ send, toast, drinks: () => drinks });
  /** All answers have arrived when the microtasks have run. */
  const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
  return { actions, sent, shown, toasts, settled };
}

const ada = board().players[0] as Player;
const reds = board().teams[0] as Team;

test("what was pressed shows at once, and is quiet when it worked", async () => {
  const { actions, sent, shown, toasts, settled } = stage();
  actions.addDrink(ada, "d10", 1);
  await settled();
  expect(sent).toEqual([{ do: "add_drink", player_id: "p1", drink_id: "d10", amount: 1 }]);
  expect(shown[0]?.players[0]?.drinks.at(-1)).toEqual({
    drink_id: "d10",
    drink_name: "Spritz",
    amount: 1,
  });
  expect(toasts).toEqual([]);
});

test("a refusal says what failed and why", async () => {
  const { actions, toasts, settled } = stage(new ApiError(403, "FORBIDDEN", "no"));
  actions.setTitle("Saturday");
  await settled();
  expect(toasts).toEqual([
    { kind: "error", text: "The title was not changed. You may not change this board." },
  ]);
});

test("a removed player comes back with name, team and drinks", async () => {
  const { actions, sent, toasts, settled } = stage(null, { id: "p7" }, null);
  actions.removePlayer(ada);
  await settled();
  expect(toasts[0]?.text).toBe("Ada is gone.");
  toasts[0]?.action?.run();
  await settled();
  expect(sent.slice(1)).toEqual([
    { do: "add_player", name: "Ada", team_id: "t1" },
    {
      do: "edit_player",
      player_id: "p7",
      drinks: [
        { drink_id: "d1", amount: 2 },
        { drink_id: "d2", amount: 1 },
      ],
    },
  ]);
});

test("a removed team comes back with its players", async () => {
  const { actions, sent, toasts, settled } = stage(null, { id: "t9" }, null, null);
  actions.removeTeam(reds);
  await settled();
  toasts[0]?.action?.run();
  await settled();
  expect(sent.slice(1)).toEqual([
    { do: "add_team", name: "Reds" },
    { do: "edit_player", player_id: "p1", team_id: "t9" },
    { do: "edit_player", player_id: "p2", team_id: "t9" },
  ]);
});

test("what was refused offers no undo, and a failed undo says so", async () => {
  const gone = new ApiError(404, "UNKNOWN_PLAYER", "this board has no player p1");
  const refused = stage(gone);
  refused.actions.removePlayer(ada);
  await refused.settled();
  expect(refused.toasts).toEqual([
    { kind: "error", text: "Ada was not removed. This board has no player p1." },
  ]);
  const full = stage(null, new ApiError(409, "PLAYERS_FULL", "a board is full"));
  full.actions.removePlayer(ada);
  await full.settled();
  full.toasts[0]?.action?.run();
  await full.settled();
  expect(full.toasts[1]?.text).toBe("Ada could not be brought back. A board is full.");
  expect(full.sent).toHaveLength(2);
});

test("an editor is removed; nothing shows before it is so", async () => {
  const { actions, sent, shown, toasts } = stage(null);
  expect(await actions.removeEditor("grace")).toBeNull();
  expect(sent).toEqual([{ do: "revoke", user_id: "grace" }]);
  expect(shown).toEqual([]);
  expect(toasts).toEqual([]);
});

test("an editor who stays is told of with the reason, one who had gone already is not", async () => {
  const { actions, toasts } = stage(
    new ApiError(0, "TIMEOUT", "no answer"),
    new ApiError(422, "UNKNOWN_EDITOR", "grace is not an editor of this board"),
  );
  expect(await actions.removeEditor("grace")).toBe("The server did not answer in time.");
  expect(await actions.removeEditor("grace")).toBeNull();
  expect(toasts).toEqual([]);
});
