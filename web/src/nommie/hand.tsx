/** The viewer's own cards: arrow keys go through them, Enter or a click plays one. */
import { type CSSProperties, useState } from "react";
import { momentOf } from "./apply";
import { CardFace } from "./card-face";
import { cardName } from "./cards";
import { cardLabel, whyNotCard } from "./legal";
import type { Card, Seat } from "./model";
import { toAct } from "./seats";
import { useTable } from "./table-context";
import { useRoving } from "./use-roving";

interface HandProps {
  readonly cards: readonly Card[];
  readonly seat: Seat;
}

/** Why a card was not played, as long as the same is asked. */
interface Refused {
  readonly text: string;
  readonly moment: string | null;
}

export function Hand({ cards, seat }: HandProps) {
  const { table, phase, actions } = useTable();
  const roving = useRoving(cards.length);
  const [refused, setRefused] = useState<Refused | null>(null);
  const moment = momentOf(table);
  const mine = phase.phase === "Trick" && toAct(phase) === seat;
  const half = Math.ceil(cards.length / 2);
  const press = (card: Card, why: string | null) => {
    setRefused(why === null ? null : { text: `${cardName(card)}: ${why}.`, moment });
    if (why === null) actions.move({ do: "play", card }, seat);
  };
  return (
    <section className="hand-area" aria-label={`Your hand: ${cards.length} cards`}>
      <p className="hand-note" role="status">
        {refused?.moment === moment && refused.text}
      </p>
      <ul
        className="hand"
        data-turn={mine || undefined}
        data-rows={cards.length > 7 ? 2 : 1}
        data-single={cards.length === 1 || undefined}
        style={{ "--gaps": cards.length - 1, "--half-gaps": half - 1 } as CSSProperties}
        {...roving.list}
      >
        {cards.map((card, index) => {
          const why = whyNotCard(table, seat, card);
          return (
            <li key={card}>
              <button
                type="button"
                className="hand-card"
                data-card={card}
                tabIndex={roving.tabIndex(index)}
                aria-disabled={why !== null}
                aria-label={mine ? cardLabel(card, why) : cardName(card)}
                title={why === null ? cardName(card) : `${cardName(card)}: ${why}`}
                onClick={(event) => {
                  // The second half of a double click lands on the card that has moved up.
                  if (event.detail < 2) press(card, why);
                }}
              >
                <CardFace card={card} />
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
