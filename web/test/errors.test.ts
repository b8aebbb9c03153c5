import { ApiError } from "parlor-client";
import { expect, test } from "vitest";
import { reasonOf } from "../src/ui/errors";

test.each([
  [new ApiError(0, "NETWORK", "TypeError: failed"), "The server cannot be reached."],
  [new ApiError(403, "FORBIDDEN", "only the owner"), "You may not change this board."],
  [new ApiError(422, "TALLY_FULL", "a tally is at most 9"), "A tally is at most 9."],
  [new ApiError(409, "PLAYERS_FULL", "a board is full."), "A board is full."],
  [new ApiError(500, "WHATEVER", "stack trace"), "The server had a fault."],
  [new ApiError(502, "HTTP_502", ""), "The server had a fault."],
  [new Error("secret"), "Something unexpected happened."],
])("%s", (error, words) => {
  expect(reasonOf(error)).toBe(words);
});
