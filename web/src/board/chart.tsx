/** How many of each drink: bars for the eye, a table for the ear. Draws with attributes only (CSP). */
import { memo } from "react";
import type { DrinkTotal } from "./stats";

/** Height of a bar with its text, in pixels. */
const ROW = 40;
const BAR = 8;

/** Bars that are drawn; the rest is summed up in the last one. */
const BARS_MAX = 12;

export const Chart = memo(function Chart({ drinks }: { readonly drinks: readonly DrinkTotal[] }) {
  if (drinks.length === 0) return <p className="quiet">Nothing has been served yet.</p>;
  const bars = summed(drinks);
  const most = Math.max(...bars.map((bar) => bar.amount));
  return (
    <figure className="chart">
      <svg width="100%" height={bars.length * ROW} aria-hidden="true" focusable="false">
        {bars.map((bar, index) => (
          <g key={bar.id}>
            <text x="0" y={index * ROW + 16}>
              {shortened(bar.name)}
            </text>
            <text x="100%" y={index * ROW + 16} textAnchor="end" className="chart-number">
              {bar.amount}
            </text>
            <rect
              className="chart-track"
              x="0"
              y={index * ROW + 23}
              width="100%"
              height={BAR}
              rx={BAR / 2}
            />
            <rect
              className="chart-bar"
              x="0"
              y={index * ROW + 23}
              width={`${(bar.amount / most) * 100}%`}
              height={BAR}
              rx={BAR / 2}
            />
          </g>
        ))}
      </svg>
      <table className="sr-only">
        <caption>Drinks on this board</caption>
        <thead>
          <tr>
            <th scope="col">Drink</th>
            <th scope="col">Amount</th>
          </tr>
        </thead>
        <tbody>
          {drinks.map((drink) => (
            <tr key={drink.id}>
              <th scope="row">{drink.name}</th>
              <td>{drink.amount}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
});

function summed(drinks: readonly DrinkTotal[]): readonly DrinkTotal[] {
  if (drinks.length <= BARS_MAX) return drinks;
  const rest = drinks.slice(BARS_MAX - 1);
  const amount = rest.reduce((sum, drink) => sum + drink.amount, 0);
  return [...drinks.slice(0, BARS_MAX - 1), { id: "rest", name: `${rest.length} others`, amount }];
}

/** SVG text does not wrap. Thirty characters fit the narrowest column. */
function shortened(name: string): string {
  return name.length > 30 ? `${name.slice(0, 29)}…` : name;
}
