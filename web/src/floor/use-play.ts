/** One kind of play: whether it is under way, and why the last one was refused. */
import { useState } from "react";
import { refusalOf, waitOf } from "../casino/reasons";
import { useFloor } from "./floor-context";

export interface Play {
  readonly busy: boolean;
  readonly problem: string | null;
  /** Runs it; null when it was refused. */
  readonly run: <Body>(ask: () => Promise<Body>) => Promise<Body | null>;
}

export function usePlay(): Play {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { wait } = useFloor();
  const run = async <Body>(ask: () => Promise<Body>): Promise<Body | null> => {
    setBusy(true);
    setProblem(null);
    try {
      return await ask();
    } catch (error) {
      // Those who are too fast see how long to wait: once, for all machines.
      if (waitOf(error) === null) setProblem(refusalOf(error));
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { busy: busy || wait > 0, problem, run };
}
