/** Totals, best first, with what the round before brought. */
import { SEATS } from "./model";
import { nameOf } from "./seats";
import { useTable } from "./table-context";

export function Standings() {
  const { game, phase, viewer } = useTable();
  const totals = game.scores_total;
  const order = [...SEATS].sort((a, b) => totals[b] - totals[a] || a - b);
  const before = phase.phase === "Bidding" ? phase.data.previous_round : undefined;
  return (
    <section className="standings-card" aria-label="Scores">
      <h2>Scores</h2>
      <ol>
        {order.map((seat) => (
          <li key={seat} data-you={seat === viewer || undefined}>
            <span className="rank" aria-hidden="true">
              {SEATS.filter((other) => totals[other] > totals[seat]).length + 1}
            </span>
            <span className="standing-name">{nameOf(game, seat)}</span>
            <strong>{totals[seat]}</strong>
          </li>
        ))}
      </ol>
      {before && (
        <p className="quiet">
          Round {before.round_no}:{" "}
          {SEATS.map(
            (seat) => `${nameOf(game, seat)} ${before.tricks_won[seat]} of ${before.bids[seat]}`,
          ).join(", ")}
        </p>
      )}
    </section>
  );
}
