/** Rock, paper, scissors: to choose a hand is to play it. */
import { useState } from "react";
import { HANDS, type Hand } from "../casino/draws";
import type { Answer, RpsResult } from "../casino/model";
import { amountIn } from "../casino/reasons";
import { useFloor } from "./floor-context";
import { whole } from "./lines";
import { Machine } from "./machine";
import { Stake } from "./stake";
import { HandSign } from "./symbols";
import { usePlay } from "./use-play";

const NAMES: { readonly [hand in Hand]: string } = {
  rock: "Rock",
  paper: "Paper",
  scissors: "Scissors",
};
const OUTCOMES = { win: "won", draw: "even", lose: "lost" } as const;

export function Rps() {
  const { store } = useFloor();
  const [bet, setBet] = useState("10");
  const [choice, setChoice] = useState<Hand | null>(null);
  const [result, setResult] = useState<(RpsResult & Answer) | null>(null);
  const { busy, problem, run } = usePlay();
  const play = async (hand: Hand) => {
    if (busy) return;
    setChoice(hand);
    setResult(null);
    const answer = await run(() => store.play((casino) => casino.rps(hand, amountIn(bet))));
    if (answer) setResult(answer);
    else setChoice(null);
  };
  return (
    <Machine
      game="rps"
      motto="A win pays twice the bet, a draw returns it."
      said={result ? saidOf(result) : ""}
      outcome={result ? OUTCOMES[result.result] : undefined}
      problem={problem}
      stage={
        <div className="duel">
          <figure className="duel-side" data-wins={result?.result === "win" || undefined}>
            {choice ? <HandSign of={choice} /> : <span className="duel-none">?</span>}
            <figcaption>You</figcaption>
          </figure>
          <span className="duel-against" aria-hidden="true">
            against
          </span>
          <figure className="duel-side" data-wins={result?.result === "lose" || undefined}>
            {result ? (
              <HandSign of={result.computer_choice} />
            ) : (
              <span className="duel-none" data-waits={(choice && busy) || undefined}>
                ?
              </span>
            )}
            <figcaption>House</figcaption>
          </figure>
        </div>
      }
    >
      <div className="machine-form">
        <Stake value={bet} onChange={setBet} />
        <fieldset className="hands">
          <legend className="sr-only">Your hand</legend>
          {HANDS.map((hand) => (
            <button
              type="button"
              key={hand}
              className="button hand-button"
              aria-disabled={busy}
              onClick={() => void play(hand)}
            >
              <HandSign of={hand} />
              {NAMES[hand]}
            </button>
          ))}
        </fieldset>
      </div>
    </Machine>
  );
}

function saidOf({ computer_choice, result, win_amount }: RpsResult): string {
  const house = `The house has ${computer_choice}.`;
  if (result === "win") return `${house} You win ${whole(win_amount)}.`;
  return result === "draw" ? `${house} A draw: the bet is yours again.` : `${house} You lose.`;
}
