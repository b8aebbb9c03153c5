/** The boards of this server, a page at a time, newest first. */
import { useCallback, useEffect, useRef, useState } from "react";
import { boardPath } from "../board/links";
import { useLogin } from "../login/login";
import { reasonOf } from "../ui/errors";
import { Icon } from "../ui/icons";
import { Marks } from "../ui/marks";
import { Link } from "../ui/router";
import { fetchBoards, type Page } from "./fetch-boards";
import { whenMade } from "./when";

export function BoardList() {
  const { api, user } = useLogin();
  const [list, setList] = useState<Page | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const turn = useRef(0);

  const load = useCallback(
    async (before: Page | null) => {
      turn.current += 1;
      const mine = turn.current;
      setBusy(true);
      try {
        const page = await fetchBoards(api, before?.next ?? null);
        if (mine !== turn.current) return; // A newer request is under way.
        setList({ lines: [...(before?.lines ?? []), ...page.lines], next: page.next });
        setProblem(null);
      } catch (error) {
        if (mine === turn.current) setProblem(reasonOf(error));
      }
      if (mine === turn.current) setBusy(false);
    },
    [api],
  );

  useEffect(() => {
    void load(null);
    // Whoever comes back to the tab sees the list as it is now, not as it was.
    const again = () => {
      if (document.visibilityState === "visible") void load(null);
    };
    document.addEventListener("visibilitychange", again);
    window.addEventListener("online", again);
    return () => {
      turn.current += 1;
      document.removeEventListener("visibilitychange", again);
      window.removeEventListener("online", again);
    };
  }, [load]);

  return (
    <section className="boards" aria-labelledby="boards-title" aria-busy={busy}>
      <h2 id="boards-title">Boards</h2>
      {problem && (
        <div className="notice" data-kind="error" role="alert">
          <p>The boards could not be fetched. {problem}</p>
          <button type="button" className="button" onClick={() => void load(null)}>
            Try again
          </button>
        </div>
      )}
      {!list && !problem && <p className="quiet">Fetching the boards …</p>}
      {list?.lines.length === 0 && !list.next && (
        <div className="empty">
          <Marks amount={5} />
          <p>No boards yet. The first one is yours.</p>
        </div>
      )}
      {list && list.lines.length > 0 && (
        <ul className="board-list">
          {list.lines.map((line) => (
            <li key={line.session}>
              <Link href={boardPath(line.session)} className="board-line">
                <span className="board-line-title">{line.title || "Untitled board"}</span>
                {user && line.owner === user.id && <span className="yours">yours</span>}
                {(line.viewers ?? 0) > 0 && (
                  <span className="watching">
                    <Icon name="eye" />
                    {line.viewers}
                    <span className="sr-only"> watching</span>
                  </span>
                )}
                <time className="made" dateTime={line.created_at}>
                  {whenMade(line.created_at, new Date())}
                </time>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {list?.next && (
        <button type="button" className="button" disabled={busy} onClick={() => void load(list)}>
          More boards
        </button>
      )}
    </section>
  );
}
