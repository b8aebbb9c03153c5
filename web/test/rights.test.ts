import type { User } from "parlor-client";
import { expect, test } from "vitest";
import { rightsOf } from "../src/board/rights";
import { board } from "./board";

const user = (id: string, ...roles: string[]): User => ({ id, name: id, roles });

test.each([
  ["nobody", null, false, false],
  ["the owner", user("ada"), true, true],
  ["an editor", user("grace"), false, true],
  ["a stranger", user("linus"), false, false],
])("%s", (_who, given, owns, edits) => {
  expect(rightsOf(board(), given)).toEqual({ owns, edits });
});

test("a board without owner and editors lets nobody in", () => {
  const { owner: _, editors: __, ...bare } = board();
  expect(rightsOf(bare, user("ada"))).toEqual({ owns: false, edits: false });
});
