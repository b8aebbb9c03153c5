/** Crash: a multiplier that grows until it does not; whoever is out before has won. */
import { type FormEvent, useEffect, useId, useState } from "react";
import { endIn } from "../casino/ledger";
import type { CrashEndResult, GameEvent, Round } from "../casino/model";
import { timesText } from "../casino/multiplier";
import { amountIn, multiplierIn } from "../casino/reasons";
import { verifyRound } from "../casino/verify";
import { CrashStage } from "./crash-stage";
import { useFloor } from "./floor-context";
import { whole } from "./lines";
import { Machine } from "./machine";
import { Stake } from "./stake";
import { usePlay } from "./use-play";
import { useRest } from "./use-rest";

/** How often the server is asked whether a round is over while the stream is away. */
const LOOK_EVERY = 2_000;
/** Rounds whose points are shown. */
const POINTS_SHOWN = 8;

export function Crash() {
  const { store, state } = useFloor();
  const { ledger, status, skew } = state;
  const { round } = ledger;
  const [bet, setBet] = useState("10");
  const [auto, setAuto] = useState("");
  const [last, setLast] = useState<Round | null>(null);
  const { busy, problem, run } = usePlay();
  const autoField = useId();
  // Whichever window began or ended the round.
  const resting = useRest(round?.game_id ?? null);
  const canBet = round === null && !busy && !resting;
  const canCashOut = round !== null && !busy && !resting;
  // A round that is over is still shown, with its end.
  useEffect(() => {
    if (round) setLast(round);
  }, [round]);
  const away = status.state !== "live";
  useEffect(() => {
    if (!round || !away) return;
    const timer = setInterval(() => void store.look(), LOOK_EVERY);
    return () => clearInterval(timer);
  }, [store, round, away]);

  const begin = async (event: FormEvent) => {
    event.preventDefault();
    if (!canBet) return;
    const asked = auto.trim() === "" ? null : multiplierIn(auto);
    await run(() => store.bet(amountIn(bet), asked));
  };
  const cashOut = async () => {
    if (canCashOut) await run(() => store.cashOut(round.game_id));
  };
  const end = last && !round ? endIn(ledger, last.game_id) : null;
  return (
    <Machine
      game="crash"
      motto="It grows until it crashes. Be out before."
      said={round ? "The round runs." : end ? saidOf(end) : ""}
      outcome={end && !round ? (end.win_amount > 0 ? "won" : "lost") : undefined}
      problem={problem}
      stage={
        <>
          <CrashStage round={round} end={end} skew={skew} stale={away} />
          <Points events={ledger.events} />
        </>
      }
    >
      <form className="machine-form" onSubmit={(event) => void begin(event)}>
        <Stake value={bet} onChange={setBet} fixed={round !== null} />
        <div className="stake">
          <label htmlFor={autoField}>
            Cash out by itself at <span className="quiet">(optional)</span>
          </label>
          <input
            id={autoField}
            className="field"
            inputMode="decimal"
            autoComplete="off"
            placeholder="2.00"
            value={auto}
            readOnly={round !== null}
            onChange={(event) => setAuto(event.target.value)}
          />
        </div>
        {/* Each has its own place: neither is ever under a finger that was meant for the other. */}
        <div className="crash-ways">
          <button type="submit" className="button machine-go" aria-disabled={!canBet}>
            Bet
          </button>
          <button
            type="button"
            className="button machine-go"
            aria-disabled={!canCashOut}
            onClick={() => void cashOut()}
          >
            Cash out
          </button>
        </div>
      </form>
      {round && <Commitment round={round} />}
      {end && <Opened end={end} />}
    </Machine>
  );
}

function saidOf({ multiplier, win_amount, crash_point }: CrashEndResult): string {
  const point = timesText(crash_point);
  return multiplier === null
    ? `Crashed at ${point}.`
    : `Out at ${timesText(multiplier)}: ${whole(win_amount)}. It would have crashed at ${point}.`;
}

function Commitment({ round }: { readonly round: Round }) {
  return (
    <p className="commitment">
      The point is fixed already: <code title={round.commitment}>{round.commitment}</code>
    </p>
  );
}

/** The commitment, checked here as soon as it is opened. */
function Opened({ end }: { readonly end: CrashEndResult }) {
  const ok = verifyRound(end);
  return (
    <p className="commitment" data-ok={ok}>
      {ok ? "✓ The point is the one that was committed to: " : "✗ Another point was committed to: "}
      <code title={end.commitment}>{end.commitment}</code>
    </p>
  );
}

/** Where the last rounds crashed, newest first. */
function Points({ events }: { readonly events: readonly GameEvent[] }) {
  const points: { readonly id: string; readonly point: number; readonly out: boolean }[] = [];
  for (const { id, game_type, result } of events.toReversed()) {
    if (points.length >= POINTS_SHOWN) break;
    if (game_type !== "crash" || !("crash_point" in result)) continue;
    points.push({ id, point: result.crash_point, out: result.multiplier !== null });
  }
  if (points.length === 0) return null;
  return (
    <ul className="points" aria-label="Where your last rounds crashed">
      {points.map(({ id, point, out }) => (
        <li key={id} data-out={out || undefined}>
          {timesText(point)}
          {out && <span className="sr-only"> (you were out before)</span>}
        </li>
      ))}
    </ul>
  );
}
