/** The tables that a filter leaves, a page at a time, with those that wait for the viewer marked. */
import { useCallback, useEffect, useRef, useState } from "react";
import { whenMade } from "../home/when";
import { useLogin } from "../login/login";
import { useTurns } from "../turns/use-turns";
import { reasonOf } from "../ui/errors";
import { Icon } from "../ui/icons";
import { Link } from "../ui/router";
import { type Filter, fetchTables, type TableLine, type TablesPage } from "./fetch-tables";
import { tablePath } from "./links";
import { ROUNDS } from "./model";

const EMPTY: { readonly [filter in Filter]: string } = {
  joinable: "No table has a free seat now. Start one; bots can fill the seats.",
  "in-progress": "Nobody plays at the moment.",
  mine: "You sit at no table yet.",
};

/** The list is asked for anew so often while somebody looks, in milliseconds. */
const EVERY = 15_000;

export function TableList({ filter }: { readonly filter: Filter }) {
  const { api } = useLogin();
  const turns = useTurns();
  const [list, setList] = useState<TablesPage | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const attempt = useRef(0);

  const load = useCallback(
    async (before: TablesPage | null) => {
      attempt.current += 1;
      const mine = attempt.current;
      setBusy(true);
      try {
        const page = await fetchTables(api, filter, before?.next ?? null);
        if (mine !== attempt.current) return; // A newer request is under way.
        setList({ games: [...(before?.games ?? []), ...page.games], next: page.next });
        setProblem(null);
      } catch (error) {
        if (mine === attempt.current) setProblem(reasonOf(error));
      }
      if (mine === attempt.current) setBusy(false);
    },
    [api, filter],
  );

  // Whoever has asked for more pages keeps them.
  const long = (list?.games.length ?? 0) > 20;
  useEffect(() => {
    if (long) return;
    const again = () => {
      if (document.visibilityState === "visible") void load(null);
    };
    const timer = setInterval(again, EVERY);
    document.addEventListener("visibilitychange", again);
    window.addEventListener("online", again);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
      window.removeEventListener("online", again);
    };
  }, [load, long]);
  // A turn that has begun or ended changes the lines too.
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for anew when the turns change
  useEffect(() => {
    if (!long) void load(null);
  }, [load, turns]);
  useEffect(
    () => () => {
      attempt.current += 1;
    },
    [],
  );

  return (
    <div className="tables" aria-busy={busy}>
      {problem && (
        <div className="notice" data-kind="error" role="alert">
          <p>The tables could not be fetched. {problem}</p>
          <button type="button" className="button" onClick={() => void load(null)}>
            Try again
          </button>
        </div>
      )}
      {!list && !problem && <p className="quiet">Fetching the tables …</p>}
      {list?.games.length === 0 && (
        <div className="empty">
          <p className="empty-suits" aria-hidden="true">
            ♠︎ ♥︎ ♣︎ ♦︎
          </p>
          <p>{EMPTY[filter]}</p>
        </div>
      )}
      {list && list.games.length > 0 && (
        <ul className="board-list table-list">
          {list.games.map((line) => (
            <li key={line.id}>
              <Line
                line={line}
                yourTurn={line.your_turn || turns.some((one) => one.session === String(line.id))}
              />
            </li>
          ))}
        </ul>
      )}
      {list && list.next !== null && (
        <button type="button" className="button" disabled={busy} onClick={() => void load(list)}>
          More tables
        </button>
      )}
    </div>
  );
}

function Line({ line, yourTurn }: { readonly line: TableLine; readonly yourTurn: boolean }) {
  return (
    <Link href={tablePath(line.id)} className="board-line table-line">
      <span className="table-line-main">
        <span className="board-line-title">{line.name}</span>
        <span className="table-line-who">{whoSits(line)}</span>
      </span>
      {yourTurn && <span className="turn-badge">Your turn</span>}
      {line.viewers > 0 && (
        <span className="watching">
          <Icon name="eye" />
          {line.viewers}
          <span className="sr-only"> connected</span>
        </span>
      )}
      <span className="table-line-state">
        {stateOf(line)}
        <time className="made" dateTime={line.created_at}>
          {whenMade(line.created_at, new Date())}
        </time>
      </span>
    </Link>
  );
}

function whoSits({ seats = [] }: TableLine): string {
  return seats
    .flatMap((one) => (one ? [one.is_ai ? `${one.display_name} (bot)` : one.display_name] : []))
    .join(", ");
}

function stateOf({ state, free = 0, round_no = 0 }: TableLine): string {
  if (state === "over") return "Over";
  if (state === "in-progress") return `Round ${round_no} of ${ROUNDS}`;
  return free === 0 ? "Full" : `${free} ${free === 1 ? "seat" : "seats"} free`;
}
