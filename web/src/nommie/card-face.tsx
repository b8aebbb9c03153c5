/** Playing cards, drawn: faces with pips and courts, and backs. Decorative; labels stand beside. */
import { memo } from "react";
import { COURT, type Figure, PIPS } from "./card-drawing";
import { RANK_SIGNS, rankOf, rankSign, suitOf } from "./cards";
import type { Card, Suit } from "./model";

const SUITS: { readonly [suit in Suit]: string } = {
  H: "M0 9C-3 5-10 1-10-4c0-4 3-6 5.5-6C-2-10-.8-8.5 0-6.5.8-8.5 2-10 4.5-10 7-10 10-8 10-4 10 1 3 5 0 9z",
  D: "M0-10.5C2.5-6.5 5-3 8 0 5 3 2.5 6.5 0 10.5-2.5 6.5-5 3-8 0-5-3-2.5-6.5 0-10.5z",
  S: "M0-10C3-5.5 10-2 10 3.2 10 6.6 7.6 8 5.4 8 3.4 8 1.7 7 .9 5.4c.2 2.4 1 4 2.5 5h-6.8c1.5-1 2.3-2.6 2.5-5C-1.7 7-3.4 8-5.4 8-7.6 8-10 6.6-10 3.2-10-2-3-5.5 0-10z",
  C: "M0-10.2a4.7 4.7 0 013.9 7.2 4.7 4.7 0 11-3 7.7c.2 2.9 1 4.7 2.5 5.7h-6.8c1.5-1 2.3-2.8 2.5-5.7a4.7 4.7 0 11-3-7.7A4.7 4.7 0 010-10.2z",
};

/** The shapes that all faces of a page use. Once on each page that shows cards. */
export function CardShapes() {
  return (
    <svg className="card-shapes" aria-hidden="true">
      <defs>
        {(Object.keys(SUITS) as Suit[]).map((suit) => (
          <path key={suit} id={`suit-${suit}`} d={SUITS[suit]} />
        ))}
        {RANK_SIGNS.map((sign) => (
          <text
            key={sign}
            id={`rank-${sign}`}
            className="card-rank"
            {...(sign === "10" && { textLength: 23, lengthAdjust: "spacingAndGlyphs" })}
          >
            {sign}
          </text>
        ))}
      </defs>
    </svg>
  );
}

/** A suit's sign alone. */
export function SuitSign({ suit }: { readonly suit: Suit }) {
  return (
    <svg className="suit" data-suit={suit} viewBox="-11 -11 22 22" aria-hidden="true">
      <use href={`#suit-${suit}`} />
    </svg>
  );
}

export const CardFace = memo(function CardFace({ card }: { readonly card: Card }) {
  const suit = suitOf(card);
  const rank = rankOf(card);
  const figure = COURT[rank];
  return (
    <svg className="card-face" data-suit={suit} viewBox="0 0 100 140" aria-hidden="true">
      <rect className="card-paper" x="0.5" y="0.5" width="99" height="139" rx="8" />
      {figure ? <Court suit={suit} figure={figure} /> : <Pips suit={suit} rank={rank} />}
      <Corner suit={suit} sign={rankSign(card)} />
      <g transform="rotate(180 50 70)">
        <Corner suit={suit} sign={rankSign(card)} />
      </g>
    </svg>
  );
});

function Corner({ suit, sign }: { readonly suit: Suit; readonly sign: string }) {
  return (
    <>
      <use href={`#rank-${sign}`} x="14" y="25" />
      <use href={`#suit-${suit}`} transform="translate(14 38) scale(0.82)" />
    </>
  );
}

function Pips({ suit, rank }: { readonly suit: Suit; readonly rank: string }) {
  const scale = rank === "A" ? 2.3 : 0.92;
  return (PIPS[rank] ?? []).map(([x, y]) => (
    <use
      key={`${x} ${y}`}
      href={`#suit-${suit}`}
      transform={`translate(${x} ${y}) ${y > 70 ? "rotate(180) " : ""}scale(${scale})`}
    />
  ));
}

function Court({ suit, figure }: { readonly suit: Suit; readonly figure: Figure }) {
  return (
    <>
      <rect className="court-panel" x="25" y="13" width="50" height="114" rx="3" />
      {["", "rotate(180 50 70)"].map((turned) => (
        <g key={turned} transform={turned}>
          {figure.map(([kind, d]) => (
            <path key={d} className={`court-${kind}`} d={d} />
          ))}
          <use href={`#suit-${suit}`} transform="translate(33.5 22) scale(0.52)" />
        </g>
      ))}
    </>
  );
}

export function CardBack() {
  return <span className="card-back" aria-hidden="true" />;
}
