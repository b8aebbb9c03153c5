/** The multiplier and its curve. Drawn frame by frame past React; half-seconds where things stay. */
import { useEffect, useRef } from "react";
import { MOST } from "../casino/draws";
import type { CrashEndResult, Round } from "../casino/model";
import { multiplierAt, reachedAfter, timesText } from "../casino/multiplier";
import { curveTo, HEIGHT, WIDTH } from "./curve";
import { whole } from "./lines";
import { useStill } from "./use-wallet";

/** Between two pictures where motion is not wanted, in milliseconds. */
const STILL_EVERY = 500;

interface CrashStageProps {
  readonly round: Round | null;
  readonly end: CrashEndResult | null;
  /** Milliseconds by which the server's clock is ahead. */
  readonly skew: number;
  /** The server is away: nobody here knows whether the round still runs. */
  readonly stale: boolean;
}

export function CrashStage({ round, end, skew, stale }: CrashStageProps) {
  const times = useRef<HTMLSpanElement>(null);
  const worth = useRef<HTMLSpanElement>(null);
  const line = useRef<SVGPathElement>(null);
  const area = useRef<SVGPathElement>(null);
  const dot = useRef<SVGPathElement>(null);
  const still = useStill();
  const ended = end ? reachedAfter((end.multiplier ?? end.crash_point) * 100) : 0;

  useEffect(() => {
    const draw = (millis: number, hundredths: number) => {
      const curve = curveTo(millis);
      line.current?.setAttribute("d", curve.line);
      area.current?.setAttribute("d", curve.area);
      // A line without length, with round ends: it stays round in a box that is stretched.
      dot.current?.setAttribute("d", `M${curve.x} ${curve.y}h0`);
      if (times.current) times.current.textContent = timesText(hundredths / 100);
    };
    if (!round) {
      const shown = end ? Math.round((end.multiplier ?? end.crash_point) * 100) : 100;
      draw(ended, shown);
      return;
    }
    // It goes no further than where it ends by itself: what came of it the server says.
    const auto = round.auto_cashout_multiplier;
    const top = auto === null ? MOST : Math.round(auto * 100);
    const frame = () => {
      const millis = Math.min(Date.now() + skew - round.started_at, reachedAfter(top));
      const hundredths = Math.min(top, multiplierAt(millis));
      draw(Math.max(0, millis), hundredths);
      const win = Math.floor((round.bet_amount * hundredths) / 100);
      if (worth.current) worth.current.textContent = `worth ${whole(win)}`;
    };
    frame();
    if (still) {
      const timer = setInterval(frame, STILL_EVERY);
      return () => clearInterval(timer);
    }
    let handle = 0;
    const loop = () => {
      frame();
      handle = requestAnimationFrame(loop);
    };
    handle = requestAnimationFrame(loop);
    return () => cancelAnimationFrame(handle);
  }, [round, end, ended, skew, still]);

  const state = round ? "running" : end ? end.phase : "idle";
  return (
    <div className="crash" data-state={state} data-stale={(round && stale) || undefined}>
      <svg
        className="crash-curve"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path
          className="crash-grid"
          d="M0 40H320M0 80H320M0 120H320M80 0V160M160 0V160M240 0V160"
        />
        <path className="crash-area" ref={area} />
        <path className="crash-line" ref={line} />
        <path className="crash-dot" ref={dot} />
      </svg>
      <p className="crash-times" aria-hidden={round ? true : undefined}>
        <span ref={times}>1.00×</span>
        {round && (
          <span className="crash-worth" ref={worth}>
            worth {whole(round.bet_amount)}
          </span>
        )}
        {round && stale && <span className="crash-word">as last heard</span>}
        {end?.phase === "crashed" && <span className="crash-word">crashed</span>}
        {end?.phase === "cashed_out" && <span className="crash-word">cashed out</span>}
      </p>
      {round && (
        <p className="crash-bet">
          {whole(round.bet_amount)} at stake
          {round.auto_cashout_multiplier !== null &&
            `, out at ${timesText(round.auto_cashout_multiplier)}`}
        </p>
      )}
    </div>
  );
}
