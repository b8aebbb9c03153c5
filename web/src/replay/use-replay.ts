/** The state of a replay: which version, as whom, playing or not; new versions while it runs. */
import { type Api, ApiError } from "parlor-client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Difference, difference, SAME } from "./diff";
import { hashOf, type Place, placeIn } from "./links";
import { type Moment, Moments, type Recorded, type SeenAs } from "./moments";

/** How often a running session is asked for new versions, in milliseconds. */
const LOOK_EVERY = 2000;

/** What is shown: the last version that has arrived, which may not be the one that is asked for. */
export interface Shown {
  readonly moment: Moment;
  readonly seenAs: SeenAs;
  /** Against the version before, as the same viewer saw it. */
  readonly difference: Difference;
}

export interface Replay {
  readonly recorded: Recorded | null;
  /** The version that is asked for; 0 before the first answer. */
  readonly version: number;
  readonly seenAs: SeenAs;
  /** Every seat that was seen to have a view of its own. */
  readonly seats: readonly number[];
  readonly shown: Shown | null;
  /** How far a long rebuild has come, while it is under way. */
  readonly rebuilt: number | null;
  readonly problem: ApiError | null;
  readonly playing: boolean;
  /** Versions a second. */
  readonly speed: number;
  readonly go: (version: number) => void;
  readonly setSeenAs: (seenAs: SeenAs) => void;
  readonly setPlaying: (playing: boolean) => void;
  readonly setSpeed: (speed: number) => void;
  /** Asks again after a problem. */
  readonly retry: () => void;
}

export function useReplay(api: Api, session: string): Replay {
  // Another token may see what the one before could not.
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt forgets what was kept
  const moments = useMemo(() => new Moments(api, session), [api, session, attempt]);
  const [recorded, setRecorded] = useState<Recorded | null>(null);
  const [place, setPlace] = useState<Place>(() => placeIn(window.location.hash));
  const [shown, setShown] = useState<Shown | null>(null);
  const [seats, setSeats] = useState<readonly number[]>([]);
  const [rebuilt, setRebuilt] = useState<number | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(2);

  const newest = recorded?.lock_version ?? 0;
  const { seenAs } = place;
  // null stands for the newest, whatever that is: whoever is there follows.
  const version = place.version === null ? newest : Math.min(place.version, newest);
  const over = recorded !== null && (recorded.deleted || isOver(shown?.moment, newest));

  const go = useCallback(
    (to: number) => {
      const within = Math.max(1, Math.min(Math.round(to), newest));
      setPlace((before) => ({ ...before, version: within === newest ? null : within }));
    },
    [newest],
  );
  const setSeenAs = useCallback((to: SeenAs) => {
    setPlace((before) => ({ ...before, seenAs: to }));
  }, []);
  const retry = useCallback(() => {
    setProblem(null);
    setAttempt((before) => before + 1);
  }, []);

  useNewest(moments, recorded, over, setRecorded, setProblem);

  useEffect(() => {
    if (version === 0) return;
    let current = true;
    const show = async () => {
      const moment = await moments.get(
        version,
        seenAs,
        (reached) => current && setRebuilt(reached),
      );
      const before = version > 1 ? await moments.get(version - 1, seenAs) : null;
      if (!current) return;
      const changes = before ? difference(before.data, moment.data) : SAME;
      setShown({ moment, seenAs, difference: changes });
      setSeats((known) => union(known, moment.seats));
      setProblem(null);
      setRebuilt(null);
    };
    show().catch((error: unknown) => {
      if (!current) return;
      setRebuilt(null);
      setPlaying(false);
      setProblem(asApiError(error));
    });
    return () => {
      current = false;
    };
  }, [moments, version, seenAs]);

  useEffect(() => {
    if (recorded === null) return;
    const { pathname, search } = window.location;
    window.history.replaceState(null, "", pathname + search + hashOf(place));
  }, [recorded, place]);

  // The next version is shown once this one has been: a slow network slows the film.
  const arrived = shown?.moment.lock_version === version && shown.seenAs === seenAs;
  useEffect(() => {
    if (!playing || !arrived || problem) return;
    if (version >= newest) {
      if (over) setPlaying(false);
      return;
    }
    moments.get(version + 1, seenAs).catch(() => {}); // Told when it is shown.
    const timer = setTimeout(() => go(version + 1), 1000 / speed);
    return () => clearTimeout(timer);
  }, [playing, arrived, problem, version, newest, over, speed, seenAs, moments, go]);

  return {
    recorded,
    version,
    seenAs,
    seats,
    shown,
    rebuilt,
    problem,
    playing,
    speed,
    go,
    setSeenAs,
    setPlaying,
    setSpeed,
    retry,
  };
}

/** Asks how far the session is: once, and again and again while it runs and the page is seen. */
function useNewest(
  moments: Moments,
  recorded: Recorded | null,
  over: boolean,
  onNews: (recorded: Recorded) => void,
  onProblem: (problem: ApiError) => void,
): void {
  const known = useRef(recorded);
  known.current = recorded;
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        if (known.current === null || !document.hidden) {
          const news = await moments.recorded(known.current?.lock_version ?? 0);
          const old = known.current;
          const same = old?.lock_version === news.lock_version && old.deleted === news.deleted;
          if (current && !same) {
            known.current = news; // Not only with the next render: the next look may come before.
            onNews(news);
          }
        }
      } catch (error) {
        // While something is shown, a lost connection is only a pause.
        if (current && known.current === null) onProblem(asApiError(error));
      }
      if (current && known.current !== null && !over) timer = setTimeout(ask, LOOK_EVERY);
    };
    void ask();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [moments, over, onNews, onProblem]);
}

function isOver(moment: Moment | undefined, newest: number): boolean {
  return moment !== undefined && moment.lock_version === newest && moment.status === "ended";
}

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, "FAULT", String(error));
}

function union(known: readonly number[], seen: readonly number[]): readonly number[] {
  const more = seen.filter((seat) => !known.includes(seat));
  return more.length === 0 ? known : [...known, ...more].sort((a, b) => a - b);
}
