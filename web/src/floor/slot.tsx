/** The slot machine: three reels that stop one after the other. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { SYMBOLS } from "../casino/draws";
import type { Answer, SlotResult } from "../casino/model";
import { amountIn } from "../casino/reasons";
import { useFloor } from "./floor-context";
import { whole } from "./lines";
import { Machine } from "./machine";
import { Stake } from "./stake";
import { Sign, symbolName } from "./symbols";
import { usePlay } from "./use-play";
import { useStill } from "./use-wallet";

/** When the first reel stops after the answer, and how much later each other one, in milliseconds. */
const FIRST_STOP = 380;
const NEXT_STOP = 330;
const AT_REST = ["7️⃣", "7️⃣", "7️⃣"];

interface Turning {
  readonly reels: readonly string[];
  /** How many reels stand still. */
  readonly stopped: number;
}

export function Slot() {
  const { store, hold } = useFloor();
  const [bet, setBet] = useState("10");
  const [turning, setTurning] = useState<Turning>({ reels: AT_REST, stopped: 3 });
  const [result, setResult] = useState<(SlotResult & Answer) | null>(null);
  const { busy, problem, run } = usePlay();
  const still = useStill();
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  const spinning = turning.stopped < 3;

  const spin = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || spinning) return;
    const held = hold();
    const before = turning;
    setResult(null);
    if (!still) setTurning({ reels: before.reels, stopped: 0 });
    const answer = await run(() => store.play((casino) => casino.spin(amountIn(bet))));
    if (answer) {
      held.paid(answer);
      const reels = answer.reels[0] ?? [];
      for (let stopped = 1; stopped <= 3 && !still && alive.current; stopped += 1) {
        await new Promise((done) => setTimeout(done, stopped === 1 ? FIRST_STOP : NEXT_STOP));
        setTurning({ reels, stopped });
      }
      setTurning({ reels, stopped: 3 });
      setResult(answer);
    } else {
      setTurning({ ...before, stopped: 3 });
    }
    held.release();
  };

  return (
    <Machine
      game="slot"
      motto="Three alike, or two side by side."
      said={result ? saidOf(result) : spinning ? "The reels turn …" : ""}
      outcome={result ? (result.win_amount > 0 ? "won" : "lost") : undefined}
      problem={problem}
      stage={<Reels turning={turning} result={result} />}
    >
      <form className="machine-form" onSubmit={(event) => void spin(event)}>
        <Stake value={bet} onChange={setBet} />
        <button type="submit" className="button machine-go" aria-disabled={busy || spinning}>
          Spin
        </button>
      </form>
    </Machine>
  );
}

function saidOf({ reels, message, win_amount, multiplier }: SlotResult & Answer): string {
  const names = (reels[0] ?? []).map(symbolName).join(", ");
  const shown = names.charAt(0).toUpperCase() + names.slice(1);
  const won = win_amount > 0 ? ` ${multiplier} times the bet: ${whole(win_amount)}.` : "";
  return win_amount > 0 ? `${shown}.${won}` : (message ?? `${shown}.`);
}

interface ReelsProps {
  readonly turning: Turning;
  readonly result: SlotResult | null;
}

function Reels({ turning, result }: ReelsProps) {
  const { reels, stopped } = turning;
  const hits = result && result.win_amount > 0 ? hitsOf(reels) : [];
  return (
    <div className="reels" data-jackpot={result?.is_jackpot || undefined}>
      {[0, 1, 2].map((index) => (
        <div className="reel" key={index} data-hit={hits.includes(index) || undefined}>
          {index < stopped ? (
            <div className="reel-face" key={`${stopped > index}-${reels[index]}`}>
              <Sign of={reels[index] ?? "7️⃣"} />
            </div>
          ) : (
            <div className="reel-strip" data-reel={index} aria-hidden="true">
              {[...SYMBOLS, ...SYMBOLS].map(([symbol], place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the strip never changes
                <Sign of={symbol} key={place} />
              ))}
            </div>
          )}
        </div>
      ))}
      {hits.length > 0 && (
        <span className="win-line" data-from={hits[0]} data-many={hits.length} aria-hidden="true" />
      )}
    </div>
  );
}

/** The reels that win: all three, or the two side by side that are alike. */
function hitsOf([a, b, c]: readonly string[]): readonly number[] {
  if (a === b && b === c) return [0, 1, 2];
  return a === b ? [0, 1] : b === c ? [1, 2] : [];
}
