/** The end: who has won, and the totals. */
import { Link } from "../ui/router";
import { winnersLine } from "./changes";
import { LOBBY } from "./links";
import { SEATS } from "./model";
import { nameOf } from "./seats";
import { useTable } from "./table-context";

export function GameOver() {
  const { game, viewer } = useTable();
  const totals = game.scores_total;
  const order = [...SEATS].sort((a, b) => totals[b] - totals[a] || a - b);
  return (
    <section className="felt felt-over" aria-label="The table">
      <div className="result">
        <svg className="cup" viewBox="0 0 64 64" aria-hidden="true">
          <path d="M18 10h28v14a14 14 0 01-28 0zM18 14H9c0 9 4 13 10 14M46 14h9c0 9-4 13-10 14M32 38v10M22 54h20M25 54c0-4 3-6 7-6s7 2 7 6" />
        </svg>
        <h2>{winnersLine(game, viewer)}</h2>
        <table className="numbers">
          <caption className="sr-only">Final scores</caption>
          <thead>
            <tr>
              <th scope="col">Player</th>
              <th scope="col">Points</th>
            </tr>
          </thead>
          <tbody>
            {order.map((seat) => (
              <tr key={seat} data-met={game.winners?.includes(seat) || undefined}>
                <th scope="row">{nameOf(game, seat)}</th>
                <td data-final={seat}>
                  <strong>{totals[seat]}</strong>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <Link href={LOBBY} className="button button-primary">
          To the tables
        </Link>
      </div>
    </section>
  );
}
