import type { User } from "parlor-client";
import { expect, test } from "vitest";
import { NONE, rightsOf } from "../src/board/rights";
import { board } from "./board";

const user = (id: string, ...roles: string[]): User => ({ id, name: id, roles });

test.each([
  ["nobody", null, false, false, false],
  ["the owner", user("ada"), true, true, true],
  ["an editor", user("grace"), false, true, false],
  ["a stranger", user("linus"), false, false, false],
  ["an admin", user("root", "admin"), false, false, true],
])("%s", (_who, given, owns, edits, deletes) => {
  expect(rightsOf(board(), given)).toEqual({ owns, edits, deletes });
});

test("a board without owner and editors lets nobody in", () => {
  const { owner: _, editors: __, ...bare } = board();
  expect(rightsOf(bare, user("ada"))).toEqual(NONE);
});
