/** The turn clock: how long a seat has left, and the agreement to stop it. */
import { createContext, useContext } from "react";
import { clockText, leftUntil } from "../ui/skew";
import type { Seat, TurnClock } from "./model";
import { inPlay, listed, nameOf, people } from "./seats";
import { useTable } from "./table-context";
import { useNow } from "./use-server-time";

/** Under this many milliseconds the time is short. */
const SHORT = 10_000;

/** Milliseconds by which the server's clock is ahead. */
export const SkewContext = createContext(0);

/** What a seat has left: it runs for the seat whose turn it is. */
export function Countdown({ seat }: { readonly seat: Seat }) {
  const clock = useTable().table.snapshot.turn_clock;
  const skew = useContext(SkewContext);
  const mine = clock?.seat === seat;
  const now = useNow(mine && clock.deadline !== null);
  if (!clock) return null;
  const left = leftOf(clock, seat, skew, now);
  if (left === null) return null;
  return (
    <span
      className="countdown"
      role="timer"
      data-runs={(mine && clock.deadline !== null) || undefined}
      data-short={(mine && left < SHORT) || undefined}
      aria-label={`${clockText(left)} left`}
    >
      {clockText(left)}
    </span>
  );
}

/** Says once that the own time is short, for people who do not see the clock. */
export function TimeWarning({ seat }: { readonly seat: Seat }) {
  const clock = useTable().table.snapshot.turn_clock;
  const skew = useContext(SkewContext);
  const runs = clock?.seat === seat && clock.deadline !== null;
  const now = useNow(runs, 1_000);
  const short = runs && clock.deadline !== null && leftUntil(clock.deadline, skew, now) < SHORT;
  return (
    <span className="sr-only" role="status">
      {short && "Ten seconds left."}
    </span>
  );
}

function leftOf(clock: TurnClock, seat: Seat, skew: number, now: number): number | null {
  if (clock.seat === seat) {
    if (clock.deadline !== null) return leftUntil(clock.deadline, skew, now);
    return clock.paused_ms;
  }
  return clock.left_ms[seat] ?? null;
}

/** For who plays: asks for a pause, or ends it; says who agrees. */
export function PauseControl() {
  const { table, game, phase, viewer, actions } = useTable();
  const clock = table.snapshot.turn_clock;
  if (!clock || !inPlay(phase)) return null;
  const paused = clock.paused_ms !== null;
  const asked = clock.pause_asked;
  const mine = viewer !== null && asked.includes(viewer);
  const ask = (pause: boolean) =>
    void actions.run({ do: "pause", pause }, pause ? "No pause was asked for." : "Still paused.");
  const names = listed(asked.map((seat) => (seat === viewer ? "you" : nameOf(game, seat))));
  return (
    <div className="pause" data-paused={paused || undefined}>
      <p>
        {paused && <strong>Paused. </strong>}
        {!paused && asked.length > 0 && `A pause is asked for by ${names} (`}
        {!paused && asked.length > 0 && `${asked.length} of ${people(game).length}).`}
        {paused && "Anybody who plays can end it."}
      </p>
      {viewer !== null && (
        <button type="button" className="button" onClick={() => ask(!(paused || mine))}>
          {paused
            ? "Go on"
            : mine
              ? "Take it back"
              : asked.length > 0
                ? "Agree"
                : "Ask for a pause"}
        </button>
      )}
    </div>
  );
}
