/** One seat at the table: who sits there, whether they are here, their bid and their tricks. */
import { CardBack } from "./card-face";
import { Countdown } from "./clock";
import type { Phase, Seat } from "./model";
import { nameOf, type Side, toAct } from "./seats";
import { useTable } from "./table-context";

export function SeatPlate({ seat, side }: { readonly seat: Seat; readonly side: Side }) {
  const { game, phase, viewer, present } = useTable();
  const sitter = game.seating[seat];
  const name = nameOf(game, seat);
  const round = "data" in phase ? phase.data.round : null;
  const bid = round?.bids[seat] ?? null;
  const won = round?.tricks_won[seat] ?? 0;
  const playing = phase.phase !== "Bidding" && phase.phase !== "TrumpSelect";
  return (
    <div
      className="plate"
      data-side={side}
      data-acting={toAct(phase) === seat || undefined}
      data-bot={sitter.is_ai || undefined}
    >
      <div className="plate-head">
        <span className="avatar" aria-hidden="true">
          {sitter.is_ai ? "⚙\uFE0E" : name.charAt(0).toUpperCase()}
        </span>
        <span className="plate-name">
          {name}
          {seat === viewer && <span className="plate-you"> (you)</span>}
        </span>
        <Presence seat={seat} isBot={sitter.is_ai} here={present} />
        {game.dealer === seat && (
          <span className="dealer" title="Dealer">
            <span aria-hidden="true">D</span>
            <span className="sr-only">Dealer</span>
          </span>
        )}
      </div>
      {round && (
        <p className="plate-round">
          {bid === null ? (
            <span className="plate-bid">no bid yet</span>
          ) : playing ? (
            <span className="plate-bid" data-met={won === bid || undefined}>
              <strong>{won}</strong> of {bid}
              <span className="sr-only"> tricks bid</span>
            </span>
          ) : (
            <span className="plate-bid">
              bids <strong>{bid}</strong>
            </span>
          )}
          <span className="plate-score">
            {game.scores_total[seat]}
            <span className="plate-word"> points</span>
          </span>
          <Countdown seat={seat} />
        </p>
      )}
      {seat !== viewer && <HeldBacks count={cardsLeft(phase, seat)} />}
    </div>
  );
}

interface PresenceProps {
  readonly seat: Seat;
  readonly isBot: boolean;
  readonly here: { readonly [seat: string]: boolean } | null;
}

export function Presence({ seat, isBot, here }: PresenceProps) {
  if (isBot) return <span className="sr-only">(bot)</span>;
  if (!here) return null;
  const word = here[seat] ? "here" : "away";
  return (
    <span className="presence" data-here={here[seat] || undefined} title={word}>
      <span className="sr-only">({word})</span>
    </span>
  );
}

/** How many cards a seat still holds: everyone can count them. */
function cardsLeft(phase: Phase, seat: Seat): number {
  if (!("data" in phase)) return 0;
  if (phase.phase === "Bidding" || phase.phase === "TrumpSelect") return phase.data.round.hand_size;
  if (phase.phase !== "Trick") return 0;
  const played = phase.data.current_trick.some(([who]) => who === seat) ? 1 : 0;
  return phase.data.round.hand_size - (phase.data.trick_no - 1) - played;
}

function HeldBacks({ count }: { readonly count: number }) {
  if (count === 0) return null;
  return (
    <div className="backs">
      <span className="sr-only">{`${count} cards`}</span>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <CardBack key={index} />
      ))}
    </div>
  );
}
