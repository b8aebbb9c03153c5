/** The own plays, newest first: live, and older ones when asked for. */
import { useState } from "react";
import type { GameEvent } from "../casino/model";
import { Scroll } from "../ui/scroll";
import { useFloor } from "./floor-context";
import { GAME_NAMES, type Line, linesOf, signed, whenPlayed, whole } from "./lines";
import { Signs } from "./symbols";

/** Lines that are shown at once. */
const STEP = 20;

export function History({ events }: { readonly events: readonly GameEvent[] }) {
  const { store, state } = useFloor();
  const [most, setMost] = useState(STEP);
  const { ledger, busy, problem } = state;
  const lines = linesOf(events, most + 1);
  const hidden = lines.length > most;
  const more = () => {
    setMost((before) => before + STEP);
    const known = linesOf(events, most + STEP).length;
    if (known < most + STEP && ledger.more) void store.showMore();
  };
  return (
    <section className="plays" aria-labelledby="plays-title" aria-busy={busy}>
      <h2 id="plays-title">Your plays</h2>
      {problem && (
        <div className="notice" data-kind="error" role="alert">
          <p>Your plays could not be fetched. {problem}</p>
          <button type="button" className="button" onClick={() => void store.load()}>
            Try again
          </button>
        </div>
      )}
      {!ledger.loaded && !problem && <p className="quiet">Fetching your plays …</p>}
      {ledger.loaded && lines.length === 0 && (
        <div className="empty">
          <p>Nothing played yet. The house is waiting.</p>
        </div>
      )}
      {lines.length > 0 && (
        <Scroll label="Table of your plays">
          <table className="plays-table">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Game</th>
                <th scope="col">What came of it</th>
                <th scope="col" className="number">
                  Bet
                </th>
                <th scope="col" className="number">
                  Tokens
                </th>
              </tr>
            </thead>
            <tbody>
              {lines.slice(0, most).map((line) => (
                <Row line={line} key={line.key} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {(hidden || ledger.more) && (
        <button type="button" className="button plays-more" disabled={busy} onClick={more}>
          Show more
        </button>
      )}
    </section>
  );
}

function Row({ line }: { readonly line: Line }) {
  const when = (
    <time dateTime={line.ts} title={line.ts}>
      {whenPlayed(line.ts, new Date())}
    </time>
  );
  return (
    <tr>
      <td className="plays-when">{when}</td>
      <td>
        {GAME_NAMES[line.game]}
        {/* Where there is no room for a column of its own. */}
        <span className="plays-when-below">{when}</span>
      </td>
      <td>{line.reels ? <Signs of={line.reels} /> : line.words}</td>
      <td className="number">{whole(line.bet)}</td>
      <td className="number plays-delta" data-sign={Math.sign(line.delta ?? 0)}>
        {line.delta === null ? "open" : signed(line.delta)}
      </td>
    </tr>
  );
}
