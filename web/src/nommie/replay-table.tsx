/** A table as it was at one version, for a replay: nothing on it can be pressed. */
import { useMemo } from "react";
import type { RendererProps } from "../replay/renderers";
import type { Actions } from "./actions";
import { CardFace, CardShapes } from "./card-face";
import { cardName } from "./cards";
import { Felt } from "./felt";
import { GameOver } from "./game-over";
import { SEATS, type Seat, type Table } from "./model";
import { inPlay, isFree, nameOf } from "./seats";
import { TableContext } from "./table-context";
import "../styles/cards.css";
import "../styles/result.css";
import "../styles/felt.css";
import "../styles/table.css";

const NONE: Actions = { move: () => {}, run: () => Promise.resolve(false) };

export default function ReplayTable({ view, seat }: RendererProps) {
  const context = useMemo(() => {
    const { turn_clock: _, ...snapshot } = (view as unknown as Table).snapshot;
    // Its time ran out long ago.
    const table: Table = { ...(view as unknown as Table), snapshot };
    const { game, phase } = snapshot;
    const viewer = seat as Seat | null;
    return { table, game, phase, viewer, hosts: false, present: null, actions: NONE };
  }, [view, seat]);
  const { table, game, phase } = context;
  return (
    <TableContext value={context}>
      <CardShapes />
      {phase.phase === "Init" && (
        <ul aria-label="Seats">
          {SEATS.map((one) => (
            <li key={one}>
              {isFree(game.seating[one])
                ? `Seat ${one + 1} is free`
                : `${nameOf(game, one)}, ${game.seating[one].is_ready ? "ready" : "not ready"}`}
            </li>
          ))}
        </ul>
      )}
      {phase.phase === "GameOver" && <GameOver />}
      {inPlay(phase) && <Felt />}
      {table.viewer_hand && table.viewer_hand.length > 0 && (
        <ul className="replay-hand" aria-label="Hand">
          {table.viewer_hand.map((card) => (
            <li key={card}>
              <CardFace card={card} />
              <span className="sr-only">{cardName(card)}</span>
            </li>
          ))}
        </ul>
      )}
    </TableContext>
  );
}
