/** How long each leg of a command takes: the last second, and the worst of the last minutes. */

import { Scroll } from "../ui/scroll";
import { LEGS, type Leg } from "./model";
import type { LegSecond } from "./monitor-store";

const NAMES: { readonly [leg in Leg]: string } = {
  decode: "Decode",
  rules: "Rules",
  commit: "Commit",
  fanout: "Fan-out",
};

export function Legs({ legs }: { readonly legs: readonly LegSecond[] }) {
  return (
    <section className="panel" aria-labelledby="legs-title">
      <h2 id="legs-title">Latency by leg</h2>
      {legs.length === 0 ? (
        <p className="quiet">The server tells every second.</p>
      ) : (
        <Scroll label="Table of latencies">
          <table className="legs odds-table">
            <thead>
              <tr>
                <th scope="col">Milliseconds</th>
                <th scope="col" className="number">
                  Count
                </th>
                <th scope="col" className="number">
                  p50
                </th>
                <th scope="col" className="number">
                  p99
                </th>
                <th scope="col" className="number">
                  Worst p99
                </th>
              </tr>
            </thead>
            <tbody>
              {LEGS.map((leg) => (
                <LegRow leg={leg} legs={legs} key={leg} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <p className="quiet">Of the last second in which there was anything to measure.</p>
    </section>
  );
}

function LegRow({ leg, legs }: { readonly leg: Leg; readonly legs: readonly LegSecond[] }) {
  const last = legs.findLast((second) => (second[leg]?.count ?? 0) > 0)?.[leg];
  const worst = Math.max(0, ...legs.map((second) => second[leg]?.p99_ms ?? 0));
  return (
    <tr>
      <th scope="row">{NAMES[leg]}</th>
      <td className="number">{last?.count ?? 0}</td>
      <td className="number">{milliseconds(last?.p50_ms)}</td>
      <td className="number">{milliseconds(last?.p99_ms)}</td>
      <td className="number">{worst > 0 ? milliseconds(worst) : "–"}</td>
    </tr>
  );
}

/** "0.042", "1.3", "120" */
function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return value < 1 ? value.toFixed(3) : value < 10 ? value.toFixed(1) : value.toFixed(0);
}
