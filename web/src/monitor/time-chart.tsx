/** Values over time: lines for the eye, sums for the ear. Draws with attributes only (CSP). */
import { pathOf, roundUp } from "./series";

const WIDTH = 300;
const HEIGHT = 72;

interface Line {
  readonly name: string;
  /** Its colour. */
  readonly kind: "plays" | "stake" | "payout";
  /** Oldest first, one a second. */
  readonly values: readonly number[];
}

interface TimeChartProps {
  readonly title: string;
  readonly lines: readonly Line[];
}

export function TimeChart({ title, lines }: TimeChartProps) {
  const most = roundUp(Math.max(...lines.flatMap(({ values }) => values), 0));
  const sums = lines.map(({ name, values }) => {
    const sum = values.reduce((so, value) => so + value, 0);
    return `${name}: ${sum.toLocaleString("en")} in all, ${Math.max(...values, 0).toLocaleString("en")} at most`;
  });
  return (
    <figure className="time-chart">
      <figcaption>
        <span>{title}</span>
        {lines.length > 1 && (
          <span className="time-legend" aria-hidden="true">
            {lines.map(({ name, kind }) => (
              <span key={kind} data-kind={kind}>
                {name}
              </span>
            ))}
          </span>
        )}
        <span className="time-most" aria-hidden="true">
          {most.toLocaleString("en")}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        width="100%"
        height={HEIGHT}
        role="img"
        aria-label={`${title}. ${sums.join(". ")}.`}
      >
        <path
          className="time-grid"
          d={`M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT}H${WIDTH}M0 0H${WIDTH}`}
        />
        {lines.map(({ kind, values }) => {
          const path = pathOf(values, WIDTH, HEIGHT, most);
          return (
            <g key={kind} data-kind={kind}>
              <path className="time-area" d={path && `${path}V${HEIGHT}H0Z`} />
              <path className="time-line" d={path} />
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
