import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { EditorList, type Outcome } from "../src/board/editor-list";

/** The text of each element that matters, as it is on the page. */
function render(editors: string[], leaving: string[] = [], outcome: Outcome | null = null) {
  const onRemove = () => Promise.resolve();
  const html = renderToStaticMarkup(
    createElement(EditorList, { editors, leaving, outcome, onRemove }),
  );
  const text = (pattern: RegExp) =>
    [...html.matchAll(pattern)].map(([, inner = ""]) => inner.replace(/<[^>]*>/g, ""));
  return {
    rows: text(/<li>(.*?)<\/li>/g),
    busy: text(/<button[^>]*aria-disabled="true"[^>]*>(.*?)<\/button>/g),
    nobody: html.includes("Nobody but you can change this board."),
    status: text(/<p[^>]*role="status"[^>]*>(.*?)<\/p>/g),
    alert: text(/<p[^>]*role="alert"[^>]*>(.*?)<\/p>/g),
  };
}

test("each editor has a button that names them; who is on the way out cannot be removed twice", () => {
  expect(render(["81", "92"], ["92"])).toEqual({
    rows: ["81Remove 81", "92Removing … 92"],
    busy: ["Removing … 92"],
    nobody: false,
    status: [""],
    alert: [],
  });
});

test("a board without editors says so", () => {
  expect(render([])).toMatchObject({ rows: [], nobody: true });
});

test("it is told how a removal went, but nothing that the list contradicts", () => {
  const gone = { editor: "92", why: null };
  const stays = { editor: "92", why: "The server is busy." };
  expect(render(["81"], [], gone).status).toEqual(["92 can no longer change this board."]);
  expect(render([], [], gone)).toMatchObject({
    nobody: true,
    status: ["92 can no longer change this board."],
  });
  expect(render(["81", "92"], [], gone)).toMatchObject({ status: [""], alert: [] });
  expect(render(["81", "92"], [], stays)).toMatchObject({
    status: [""],
    alert: ["92 can still change this board. The server is busy."],
  });
  expect(render(["81"], [], stays)).toMatchObject({ status: [""], alert: [] });
});
