/** The trick before the one in play, card by card. */
import { Dialog } from "../ui/dialog";
import { CardFace } from "./card-face";
import { cardName } from "./cards";
import type { Played } from "./model";
import { nameOf } from "./seats";
import { useTable } from "./table-context";

interface LastTrickDialogProps {
  readonly cards: readonly Played[];
  readonly onClose: () => void;
}

export function LastTrickDialog({ cards, onClose }: LastTrickDialogProps) {
  const { game, viewer } = useTable();
  return (
    <Dialog title="Last trick" onClose={onClose}>
      <ol className="last-trick">
        {cards.map(([seat, card]) => (
          <li key={card}>
            <CardFace card={card} />
            <span className="sr-only">{cardName(card)}</span>
            <span>{seat === viewer ? "You" : nameOf(game, seat)}</span>
          </li>
        ))}
      </ol>
      <p className="quiet">In the order in which the cards were played.</p>
    </Dialog>
  );
}
