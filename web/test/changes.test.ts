import { expect, test } from "vitest";
import { apply } from "../src/board/apply";
import { describeChanges } from "../src/board/changes";
import type { Change } from "../src/board/model";
import { board, drinks } from "./board";

const said = (...commands: Change[]) => {
  const before = board();
  const after = commands.reduce((now, one, key) => apply(now, one, String(key), drinks), before);
  return describeChanges(before, after);
};

test("each change is one sentence", () => {
  const add = (amount: number) =>
    ({ do: "add_drink", player_id: "p1", drink_id: "d2", amount }) as const;
  expect(said(add(1))).toEqual(["Ada: Mojito 2."]);
  expect(said(add(-1))).toEqual(["Ada: Mojito 0."]);
  expect(said({ do: "set_title", title: "Saturday" })).toEqual([
    "The board is now called Saturday.",
  ]);
  expect(said({ do: "add_player", name: "Ken" })).toEqual(["Ken joined."]);
  expect(said({ do: "remove_player", player_id: "p3" })).toEqual(["Linus left."]);
  expect(said({ do: "rename_team", team_id: "t2", name: "Azure" })).toEqual([
    "Team Blues is now Azure.",
  ]);
  expect(said({ do: "edit_player", player_id: "p3", team_id: "t2" })).toEqual([
    "Linus plays for Blues.",
  ]);
  expect(said({ do: "edit_player", player_id: "p1", team_id: null })).toEqual(["Ada has no team."]);
});

test("nothing changed, nothing said; much changed, only counted", () => {
  expect(said()).toEqual([]);
  expect(describeChanges(board(), board())).toEqual([]);
  const many = ["A", "B", "C", "D", "E"].map((name) => ({ do: "add_player", name }) as const);
  expect(said(...many)).toEqual(["5 changes on the board."]);
});
