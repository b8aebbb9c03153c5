/** What a round brought: bids, tricks and points. On the cloth until the first card of the next. */
import { type PerSeat, type Phase, SEATS } from "./model";
import { nameOf } from "./seats";
import { useTable } from "./table-context";

export interface Result {
  readonly round_no: number;
  readonly bids: PerSeat<number | null>;
  readonly won: PerSeat<number>;
}

/** The round that has just ended, or the one before while the next is bid for. */
export function resultIn(phase: Phase, round_no: number): Result | null {
  if (phase.phase === "Scoring") {
    const { bids, tricks_won } = phase.data.round;
    return { round_no, bids, won: tricks_won };
  }
  const before = phase.phase === "Bidding" ? phase.data.previous_round : undefined;
  if (!before) return null;
  return { round_no: before.round_no, bids: before.bids, won: before.tricks_won };
}

/** A point for each trick, and ten for as many as were bid. */
export function pointsFor(won: number, bid: number | null): number {
  return won + (won === bid ? 10 : 0);
}

export function RoundResult({ result }: { readonly result: Result }) {
  const { game, phase } = useTable();
  const { bids, won } = result;
  return (
    <div className="result" data-before={phase.phase === "Bidding" || undefined}>
      <h2>Round {result.round_no}</h2>
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
            <tr key={seat} data-met={bids[seat] === won[seat] || undefined}>
              <th scope="row">{nameOf(game, seat)}</th>
              <td>{bids[seat]}</td>
              <td>{won[seat]}</td>
              <td>
                <strong>+{pointsFor(won[seat], bids[seat])}</strong>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
