import { expect, test } from "vitest";
import type { Board } from "../src/board/model";
import { groupsOf, statsOf } from "../src/board/stats";
import { board } from "./board";

test("sums of players, teams, drinks and the board", () => {
  const stats = statsOf(board());
  expect(stats.total).toBe(6);
  expect(stats.players.map((one) => [one.place, one.name, one.score])).toEqual([
    [1, "Ada", 3],
    [1, "Linus", 3],
    [3, "Grace", 0],
  ]);
  expect(stats.teams.map((one) => [one.place, one.name, one.score])).toEqual([
    [1, "Reds", 3],
    [2, "Blues", 0],
  ]);
  expect(stats.drinks).toEqual([
    { id: "d2", name: "Mojito", amount: 4 },
    { id: "d1", name: "Negroni", amount: 2 },
  ]);
});

test("groups are the teams in their order, then those without", () => {
  const groups = groupsOf(board());
  expect(groups.map((group) => [group.id, group.name, group.score])).toEqual([
    ["t1", "Reds", 3],
    ["t2", "Blues", 0],
    [null, "No team", 3],
  ]);
  expect(groups[0]?.players.map((player) => player.name)).toEqual(["Ada", "Grace"]);
});

test("nobody without a team: no such group; no team at all: one group of players", () => {
  const all = board();
  const placed: Board = {
    ...all,
    players: all.players.map((player) => ({ ...player, team_id: "t1" })),
  };
  expect(groupsOf(placed).map((group) => group.name)).toEqual(["Reds", "Blues"]);
  const bare: Board = { ...all, teams: [], players: [] };
  expect(groupsOf(bare)).toEqual([{ id: null, name: "Players", players: [], score: 0 }]);
  expect(statsOf(bare)).toEqual({ total: 0, players: [], teams: [], drinks: [] });
});

test("a player of a team that is unknown stands without a team, not nowhere", () => {
  const all = board();
  const lost: Board = { ...all, players: [{ id: "p1", name: "Ada", team_id: "t9", drinks: [] }] };
  expect(
    groupsOf(lost)
      .at(-1)
      ?.players.map((player) => player.name),
  ).toEqual(["Ada"]);
});
