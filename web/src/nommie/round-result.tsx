/** What a round brought: bids, tricks and points. Shown on the cloth until the next deal. */
import { type Scoring, SEATS } from "./model";
import { nameOf } from "./seats";
import { useTable } from "./table-context";

export function RoundResult({ scoring }: { readonly scoring: Scoring }) {
  const { game } = useTable();
  const { bids, tricks_won } = scoring.round;
  return (
    <div className="result">
      <h2>Round {game.round_no}</h2>
      <table className="numbers">
        <thead>
          <tr>
            <th scope="col">Player</th>
            <th scope="col">Bid</th>
            <th scope="col">Won</th>
            <th scope="col">Points</th>
          </tr>
        </thead>
        <tbody>
          {SEATS.map((seat) => (
            <tr key={seat} data-met={bids[seat] === tricks_won[seat] || undefined}>
              <th scope="row">{nameOf(game, seat)}</th>
              <td>{bids[seat]}</td>
              <td>{tricks_won[seat]}</td>
              <td>
                <strong>+{scoring.round_scores[seat]}</strong>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
