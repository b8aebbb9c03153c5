/** A session's replay: any version, as anyone saw it. Decides which of its faces to show. */
import "../styles/replay.css";
import { Suspense, useEffect, useState } from "react";
import { useLogin } from "../login/login";
import { reasonOf } from "../ui/errors";
import { NotFound } from "../ui/not-found";
import { Shell } from "../ui/shell";
import { useTitle } from "../ui/use-title";
import { Controls } from "./controls";
import { Entry } from "./entry";
import { Gate } from "./gate";
import { JsonTree } from "./json-tree";
import { renderers } from "./renderers";
import { type Replay, type Shown, useReplay } from "./use-replay";

export default function ReplayPage({ id }: { readonly id: string }) {
  const { api } = useLogin();
  const replay = useReplay(api, id);
  const { recorded, shown, problem } = replay;
  useTitle(shown ? `${shown.moment.title}, version ${shown.moment.lock_version}` : "Replay");
  useKeys(replay);

  if (problem?.code === "SESSION_NOT_FOUND") {
    return (
      <NotFound title="No such session" text="There is none with this id, and there was none." />
    );
  }
  if (problem && (problem.status === 401 || problem.status === 403)) {
    return (
      <Shell>
        <Gate onToken={replay.retry}>
          A replay shows what every seat saw, its secrets included.
        </Gate>
      </Shell>
    );
  }
  const newest = recorded?.lock_version ?? 0;
  return (
    <Shell aside={recorded && <Checked replay={replay} />}>
      <div className="replay">
        {recorded ? (
          <header className="replay-head">
            <h1>{shown?.moment.title ?? `Session ${id}`}</h1>
            <p className="quiet">
              {[recorded.game, `session ${id}`, ...state(replay)].join(" · ")}
            </p>
          </header>
        ) : (
          !problem && (
            <p className="loading" aria-live="polite">
              Fetching the log …
            </p>
          )
        )}
        {recorded && <Controls replay={replay} newest={newest} />}
        {problem && <Problem replay={replay} />}
        {replay.rebuilt !== null && (
          <p className="notice" role="status">
            Rebuilding a long log: version {replay.rebuilt} of {replay.version}.
          </p>
        )}
        {shown && (
          <div className="replay-columns" aria-busy={shown.moment.lock_version !== replay.version}>
            <View shown={shown} />
            <Entry moment={shown.moment} />
          </div>
        )}
      </div>
    </Shell>
  );
}

/** Where the session was in its life at the version that is shown, and whether that is followed. */
function state({ recorded, shown, version }: Replay): string[] {
  if (recorded?.deleted) return ["deleted"];
  if (!shown) return [];
  const { status } = shown.moment;
  const newest = recorded?.lock_version === version;
  return newest && status !== "ended" ? [status, "following"] : [status];
}

/** The view: as the game draws it where it can, or as a tree. */
function View({ shown }: { readonly shown: Shown }) {
  const { moment, difference } = shown;
  const Drawn = renderers[moment.game];
  const [asTree, setAsTree] = useState(Drawn === undefined);
  return (
    <section className="replay-view" aria-labelledby="view-title">
      <h2 id="view-title">
        {shown.seenAs === "spectator" ? "What spectators saw" : `What seat ${shown.seenAs} saw`}
      </h2>
      {Drawn && (
        <fieldset className="segments">
          <legend className="sr-only">Show it</legend>
          {[false, true].map((tree) => (
            <label key={String(tree)}>
              <input
                type="radio"
                name="drawn"
                checked={asTree === tree}
                onChange={() => setAsTree(tree)}
              />
              <span>{tree ? "As data" : "As a table"}</span>
            </label>
          ))}
        </fieldset>
      )}
      {Drawn && !asTree ? (
        <Suspense fallback={<p className="quiet">Fetching the table …</p>}>
          <Drawn view={moment.data} seat={moment.viewer_seat} />
        </Suspense>
      ) : (
        <JsonTree value={moment.data} difference={difference} />
      )}
    </section>
  );
}

/** Whether the log could be trusted so far: every version that is shown was rebuilt by the rules. */
function Checked({ replay: { shown, problem } }: { readonly replay: Replay }) {
  const broken = problem?.code === "LOG_BROKEN";
  const upTo = shown ? `Log checks out to ${shown.moment.lock_version}` : "Checking the log";
  return (
    <span
      className="pill"
      data-state={broken ? "offline" : shown ? "live" : "connecting"}
      title="Each commit was carried out again: its events and all hashes are those of the log."
    >
      <span className="pill-dot" aria-hidden="true" />
      <span>{broken ? "Log broken" : upTo}</span>
    </span>
  );
}

function Problem({ replay }: { readonly replay: Replay }) {
  const { problem, go, retry } = replay;
  if (!problem) return null;
  const from = problem.extensions.version;
  if (problem.code === "LOG_BROKEN" && typeof from === "number") {
    return (
      <div className="notice" data-kind="error" role="alert">
        <p>
          <strong>The log is broken from version {from} on.</strong> {sentence(problem.message)}{" "}
          {from > 1 ? "What stands before can be looked at." : "Nothing of it can be trusted."}
        </p>
        {from > 1 && (
          <button type="button" className="button" onClick={() => go(from - 1)}>
            To version {from - 1}
          </button>
        )}
      </div>
    );
  }
  return (
    <div className="notice" data-kind="error" role="alert">
      <p>This version could not be fetched. {reasonOf(problem)}</p>
      <button type="button" className="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Arrows, Home and End move through the versions, wherever they mean nothing else. */
function useKeys({ version, recorded, go, setPlaying }: Replay): void {
  const newest = recorded?.lock_version ?? 0;
  useEffect(() => {
    const to: Record<string, number> = {
      ArrowLeft: version - 1,
      ArrowRight: version + 1,
      Home: 1,
      End: newest,
    };
    const press = (event: KeyboardEvent) => {
      const next = to[event.key];
      const modified = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
      const elsewhere = event.target instanceof Element && event.target.closest("input, select");
      if (next === undefined || modified || elsewhere || newest === 0) return;
      event.preventDefault();
      setPlaying(false);
      go(next);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [version, newest, go, setPlaying]);
}
