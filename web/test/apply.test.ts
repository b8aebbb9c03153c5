import { expect, test } from "vitest";
import { apply, isPending } from "../src/board/apply";
import type { Board, Change } from "../src/board/model";
import { board, drinks } from "./board";

const run = (command: Change, on: Board = board()) => apply(on, command, "9", drinks);
const player = (on: Board, id: string) => on.players.find((one) => one.id === id);
const team = (on: Board, id: string) => on.teams.find((one) => one.id === id);

test("a title is set and nothing else changes", () => {
  expect(run({ do: "set_title", title: "Saturday" })).toEqual({ ...board(), title: "Saturday" });
});

test("a new team and a new player have ids that no command may use", () => {
  const withTeam = run({ do: "add_team", name: "Greens" });
  expect(withTeam.teams.map((one) => one.name)).toEqual(["Reds", "Blues", "Greens"]);
  expect(isPending(withTeam.teams[2]?.id ?? "")).toBe(true);
  const withPlayer = run({ do: "add_player", name: "Ken", team_id: "t2" });
  const ken = withPlayer.players.at(-1);
  expect(ken).toEqual({ id: ken?.id, name: "Ken", team_id: "t2", drinks: [] });
  expect(isPending(ken?.id ?? "")).toBe(true);
  expect(team(withPlayer, "t2")?.player_ids).toEqual([ken?.id]);
  expect(isPending("p1")).toBe(false);
});

test("a team is renamed; when it goes its players stay, without a team", () => {
  expect(team(run({ do: "rename_team", team_id: "t2", name: "Azure" }), "t2")?.name).toBe("Azure");
  const after = run({ do: "remove_team", team_id: "t1" });
  expect(after.teams.map((one) => one.id)).toEqual(["t2"]);
  expect(after.players.map((one) => one.team_id)).toEqual([null, null, null]);
});

test("a player is renamed, moved, taken out of the team, removed", () => {
  const moved = run({ do: "edit_player", player_id: "p1", name: "Ada L.", team_id: "t2" });
  expect(player(moved, "p1")).toMatchObject({ name: "Ada L.", team_id: "t2" });
  expect(moved.teams.map((one) => one.player_ids)).toEqual([["p2"], ["p1"]]);
  const alone = run({ do: "edit_player", player_id: "p1", team_id: null });
  expect(player(alone, "p1")).toMatchObject({ name: "Ada", team_id: null });
  const gone = run({ do: "remove_player", player_id: "p1" });
  expect(gone.players.map((one) => one.id)).toEqual(["p2", "p3"]);
  expect(team(gone, "t1")?.player_ids).toEqual(["p2"]);
});

test("drinks are added, taken away, never below 0, and kept in the catalogue's order", () => {
  const add = (player_id: string, drink_id: string, amount: number) =>
    player(run({ do: "add_drink", player_id, drink_id, amount }), player_id)?.drinks.map(
      (tally) => `${tally.amount} ${tally.drink_name}`,
    );
  expect(add("p1", "d1", 1)).toEqual(["3 Negroni", "1 Mojito"]);
  expect(add("p1", "d2", -1)).toEqual(["2 Negroni"]);
  expect(add("p1", "d1", -5)).toEqual(["1 Mojito"]);
  expect(add("p3", "d1", 1)).toEqual(["1 Negroni", "3 Mojito"]);
  expect(add("p3", "d10", 2)).toEqual(["3 Mojito", "2 Spritz"]);
  expect(add("p3", "unheard", 1)).toEqual(["3 Mojito", "1 …"]);
  expect(add("p2", "d1", -1)).toEqual([]);
});

test("amounts are set; 0 takes the drink out", () => {
  const edit = [
    { drink_id: "d1", amount: 0 },
    { drink_id: "d10", amount: 7 },
  ];
  const after = run({ do: "edit_player", player_id: "p1", drinks: edit });
  expect(player(after, "p1")?.drinks).toEqual([
    { drink_id: "d2", drink_name: "Mojito", amount: 1 },
    { drink_id: "d10", drink_name: "Spritz", amount: 7 },
  ]);
});

test("what did not change keeps its identity, so that it does not render", () => {
  const before = board();
  const after = run({ do: "add_drink", player_id: "p1", drink_id: "d1", amount: 1 }, before);
  expect(after.players[1]).toBe(before.players[1]);
  expect(after.teams).toBe(before.teams);
  const moved = run({ do: "edit_player", player_id: "p3", team_id: "t2" }, before);
  expect(moved.teams[0]).toBe(before.teams[0]);
});

test("a target that is gone changes nothing", () => {
  const add = { do: "add_drink", player_id: "p99", drink_id: "d1", amount: 1 } as const;
  expect(run(add)).toEqual(board());
  expect(run({ do: "remove_team", team_id: "t99" })).toEqual(board());
});
