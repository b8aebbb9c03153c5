import { expect, test } from "vitest";
import { boardIdIn, boardPath, editLink, inviteIn, watchLink } from "../src/board/links";

test("links to watch and to edit", () => {
  expect(watchLink("https://tally.example", "42")).toBe("https://tally.example/boards/42");
  expect(editLink("https://tally.example", "42", "7KQ2-9XMB-4TRW")).toBe(
    "https://tally.example/boards/42#join=7KQ2-9XMB-4TRW",
  );
});

test("an invitation is read back from the hash that was made", () => {
  for (const code of ["7KQ2-9XMB-4TRW", "a&b=c", "ü %"]) {
    expect(inviteIn(new URL(editLink("https://t.example", "1", code)).hash)).toBe(code);
  }
  for (const hash of ["", "#", "#join=", "#main", "#other=1"]) expect(inviteIn(hash)).toBeNull();
});

test("the board's id is read from the path", () => {
  expect(boardIdIn(boardPath("42"))).toBe("42");
  expect(boardIdIn("/boards/42/")).toBe("42");
  for (const path of ["/", "/boards", "/boards/", "/boards/1/2", "/boards/%", "/board/1"]) {
    expect(boardIdIn(path), path).toBeNull();
  }
});
