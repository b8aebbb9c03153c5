/** Those whom the owner let in, each with a button to take that back. Knows nothing of how. */
import { useEffect, useId, useRef } from "react";

/** What came of the last removal. */
export interface Outcome {
  readonly editor: string;
  /** Why they are still in; null when they are out. */
  readonly why: string | null;
}

interface EditorListProps {
  /** User ids. */
  readonly editors: readonly string[];
  /** Those whose removal is under way. */
  readonly leaving: readonly string[];
  readonly outcome: Outcome | null;
  readonly onRemove: (editor: string) => Promise<void>;
}

export function EditorList({ editors, leaving, outcome, onRemove }: EditorListProps) {
  const headingId = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const list = useRef<HTMLUListElement>(null);
  // Said once the list shows it, and no longer when they are back.
  const gone = outcome?.why === null && !editors.includes(outcome.editor) ? outcome.editor : null;
  /** The row that has the focus, counted from 0. */
  const focused = useRef<number | null>(null);

  // A row that goes takes the focus with it: the one in its place gets it, or the heading.
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows go when the editors change
  useEffect(() => {
    const row = focused.current;
    if (row === null || list.current?.contains(document.activeElement)) return;
    focused.current = null;
    const buttons = list.current?.querySelectorAll("button") ?? [];
    (buttons[Math.min(row, buttons.length - 1)] ?? heading.current)?.focus();
  }, [editors]);

  // The end of the list may be the end of what is seen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a problem is another outcome
  useEffect(() => {
    list.current?.querySelector(".problem")?.scrollIntoView({ block: "nearest" });
  }, [outcome]);

  return (
    <section className="editors stack" aria-labelledby={headingId}>
      <h3 id={headingId} ref={heading} tabIndex={-1}>
        Editors
      </h3>
      {editors.length > 0 ? (
        <>
          <p className="quiet">
            They can change the board. When you remove one, make a new link as well: with the old
            one they could come back.
          </p>
          <ul className="editor-list" ref={list}>
            {editors.map((editor, row) => {
              const busy = leaving.includes(editor);
              const why = outcome?.editor === editor ? outcome.why : null;
              return (
                <li key={editor}>
                  <code>{editor}</code>
                  <button
                    type="button"
                    className="button"
                    // Not `disabled`, which would lose the focus.
                    aria-disabled={busy}
                    onFocus={() => {
                      focused.current = row;
                    }}
                    onBlur={() => {
                      focused.current = null;
                    }}
                    onClick={() => {
                      if (!busy) void onRemove(editor);
                    }}
                  >
                    {busy ? "Removing …" : "Remove"}
                    <span className="sr-only"> {editor}</span>
                  </button>
                  {why !== null && (
                    <p className="problem" role="alert">
                      {notGone(editor, why)}
                    </p>
                  )}
                </li>
              );
            })}
          </ul>
        </>
      ) : (
        <p>Nobody but you can change this board.</p>
      )}
      <p className="quiet" role="status">
        {gone && `${gone} can no longer change this board.`}
      </p>
    </section>
  );
}

/** What to say when it did not work. */
export function notGone(editor: string, why: string): string {
  return `${editor} can still change this board. ${why}`;
}
