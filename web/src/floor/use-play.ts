/** One kind of play: whether it is under way, and why the last one was refused. */
import { ApiError } from "parlor-client";
import { useEffect, useState } from "react";
import { refusalOf, waitOf } from "../casino/reasons";
import { useFloor } from "./floor-context";

export interface Play {
  /**
   * Nothing can be asked now. Buttons say so with `aria-disabled` and do nothing: one that is disabled
   * loses the focus, and who plays by keyboard would begin at the top of the page after each play.
   */
  readonly busy: boolean;
  readonly problem: string | null;
  /** Runs it; null when it was refused. */
  readonly run: <Body>(ask: () => Promise<Body>) => Promise<Body | null>;
}

interface Problem {
  readonly text: string;
  /** No answer came at all. */
  readonly unreached: boolean;
}

export function usePlay(): Play {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { state, wait } = useFloor();
  const live = state.status.state === "live";
  // The server is there again: what could not be reached then can be reached now.
  useEffect(() => {
    if (live) setProblem((now) => (now?.unreached ? null : now));
  }, [live]);
  const run = async <Body>(ask: () => Promise<Body>): Promise<Body | null> => {
    setBusy(true);
    setProblem(null);
    try {
      return await ask();
    } catch (error) {
      // Those who are too fast see how long to wait: once, for all machines.
      if (waitOf(error) === null) {
        const unreached = error instanceof ApiError && error.code === "NETWORK";
        setProblem({ text: refusalOf(error), unreached });
      }
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { busy: busy || wait > 0, problem: problem?.text ?? null, run };
}
