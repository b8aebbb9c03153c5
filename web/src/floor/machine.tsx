/** The cabinet of a game: its name, its odds, its stage, what it says. */
import { type ReactNode, useId, useState } from "react";
import { createPortal } from "react-dom";
import type { GameType } from "../casino/model";
import { GAME_NAMES } from "./lines";
import { OddsDialog } from "./odds-dialog";

interface MachineProps {
  readonly game: GameType;
  readonly motto: string;
  /** What came of the last play. */
  readonly said: ReactNode;
  readonly outcome?: "won" | "lost" | "even" | undefined;
  readonly problem: string | null;
  readonly stage: ReactNode;
  readonly children: ReactNode;
}

export function Machine(props: MachineProps) {
  const { game, motto, said, outcome, problem, stage, children } = props;
  const [odds, setOdds] = useState(false);
  const titleId = useId();
  return (
    <section className="machine" data-game={game} id={game} aria-labelledby={titleId}>
      <header className="machine-head">
        <div>
          <h2 id={titleId}>{GAME_NAMES[game]}</h2>
          <p>{motto}</p>
        </div>
        <button
          type="button"
          className="machine-odds"
          onClick={() => setOdds(true)}
          aria-label={`Odds of ${GAME_NAMES[game]}`}
        >
          Odds
        </button>
      </header>
      <div className="machine-stage">{stage}</div>
      <p className="machine-said" role="status" data-outcome={outcome}>
        {said}
      </p>
      {children}
      {problem && (
        <p className="machine-problem" role="alert">
          {problem}
        </p>
      )}
      {/* It lies on the paper of the house, not on the velvet. */}
      {odds &&
        createPortal(<OddsDialog game={game} onClose={() => setOdds(false)} />, document.body)}
    </section>
  );
}
