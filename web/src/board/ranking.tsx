/** Who leads: like the lines of a bar card, name … number. */
import { memo, useState } from "react";
import { useFlash } from "../ui/use-flash";
import type { Ranked } from "./stats";

/** Lines before "all": what fits beside the board without scrolling. */
const SHOWN = 10;

interface RankingProps {
  readonly title: string;
  readonly entries: readonly Ranked[];
}

export function Ranking({ title, entries }: RankingProps) {
  const [all, setAll] = useState(false);
  if (entries.length === 0) return null;
  const shown = all ? entries : entries.slice(0, SHOWN);
  return (
    <section className="ranking">
      <h3>{title}</h3>
      <ol>
        {shown.map((entry) => (
          <Line key={entry.id} {...entry} />
        ))}
      </ol>
      {entries.length > SHOWN && (
        <button type="button" className="text-button" onClick={() => setAll(!all)}>
          {all ? "Only the first" : `All ${entries.length}`}
        </button>
      )}
    </section>
  );
}

const Line = memo(function Line({ name, score, place }: Ranked) {
  const flash = useFlash(score);
  return (
    // The list counts 1, 2, 3; equal scores share a place, so the place is written out.
    <li data-flash={flash} data-leads={(place === 1 && score > 0) || undefined}>
      <span className="place">{place}</span>
      <span className="ranking-name">{name}</span>
      <span className="leader" aria-hidden="true" />
      <span className="ranking-score">{score}</span>
    </li>
  );
});
