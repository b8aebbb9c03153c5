/** The odds of a game: what comes back, the whole table, and how it was computed. */
import { useEffect, useState } from "react";
import type { GameType, Odds } from "../casino/model";
import { refusalOf } from "../casino/reasons";
import { Dialog } from "../ui/dialog";
import { Scroll } from "../ui/scroll";
import { useFloor } from "./floor-context";
import { GAME_NAMES } from "./lines";
import { percent, type Row, rowsOf } from "./odds-rows";
import { Signs } from "./symbols";

interface OddsDialogProps {
  readonly game: GameType;
  readonly onClose: () => void;
}

export function OddsDialog({ game, onClose }: OddsDialogProps) {
  const { casino } = useFloor().store;
  const [odds, setOdds] = useState<Odds | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    let current = true;
    setProblem(null);
    casino.odds(game).then(
      (told) => current && setOdds(told),
      (error: unknown) => current && setProblem(refusalOf(error)),
    );
    return () => {
      current = false;
    };
  }, [casino, game, attempt]);
  return (
    <Dialog title={`Odds: ${GAME_NAMES[game]}`} onClose={onClose} wide>
      {problem && (
        <div className="notice" data-kind="error" role="alert">
          <p>The odds could not be fetched. {problem}</p>
          <button type="button" className="button" onClick={() => setAttempt((n) => n + 1)}>
            Try again
          </button>
        </div>
      )}
      {!odds && !problem && <p className="quiet">Fetching the odds …</p>}
      {odds && <Told odds={odds} />}
    </Dialog>
  );
}

function Told({ odds }: { readonly odds: Odds }) {
  const { head, rows, notes } = rowsOf(odds);
  return (
    <>
      <dl className="odds-figures">
        {odds.return_to_player !== null && (
          <div>
            <dt>Comes back in the long run</dt>
            <dd>{percent(odds.return_to_player)}</dd>
          </div>
        )}
        {odds.hit_rate !== null && (
          <div>
            <dt>Plays that win</dt>
            <dd>{percent(odds.hit_rate)}</dd>
          </div>
        )}
        {notes.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <Scroll label="Table of the odds">
        <table className="odds-table">
          <thead>
            <tr>
              {head.map((word, index) => (
                <th scope="col" key={word} className={index > 0 ? "number" : undefined}>
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <OddsRow row={row} key={row.name} />
            ))}
          </tbody>
        </table>
      </Scroll>
      <p className="quiet">
        <strong>How it was computed:</strong> {odds.method}.
      </p>
    </>
  );
}

function OddsRow({ row }: { readonly row: Row }) {
  return (
    <tr>
      <th scope="row">{row.symbols ? <Signs of={row.symbols} /> : row.name}</th>
      {row.cells.map((cell, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line never changes
        <td className="number" key={index}>
          {cell}
        </td>
      ))}
    </tr>
  );
}
