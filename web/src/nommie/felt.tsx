/** The table itself: four seats around the cloth, and the trick that lies on it. */
import { CardFace } from "./card-face";
import { cardName, trumpName } from "./cards";
import { TrumpSign } from "./decision";
import { ROUNDS, SEATS } from "./model";
import { RoundResult, resultIn } from "./round-result";
import { SeatPlate } from "./seat-plate";
import { nameOf, sideOf } from "./seats";
import { useTable } from "./table-context";
import { useCloth } from "./use-cloth";

export function Felt() {
  const { table, game, phase, viewer } = useTable();
  const cloth = useCloth(table, viewer);
  const result = cloth.stage === "open" ? resultIn(phase, game.round_no) : null;
  const order = SEATS.map((seat) => ({ seat, side: sideOf(seat, viewer) }));
  return (
    <section className="felt" aria-label="The table" data-phase={phase.phase}>
      <RoundBar />
      <div className="felt-seats">
        {order.map(({ seat, side }) => (
          <SeatPlate key={seat} seat={seat} side={side} />
        ))}
        <div className="cloth">
          {result ? (
            <RoundResult result={result} />
          ) : (
            <>
              <h2 className="sr-only">Trick in play</h2>
              <ul
                className="trick"
                data-stage={cloth.stage}
                data-to={cloth.winner === null ? undefined : sideOf(cloth.winner, viewer)}
              >
                {cloth.cards.map(([seat, card]) => (
                  <li
                    key={card}
                    className="trick-card"
                    data-side={sideOf(seat, viewer)}
                    data-winner={cloth.winner === seat || undefined}
                  >
                    <span className="sr-only">{`${nameOf(game, seat)}: ${cardName(card)}`}</span>
                    <CardFace card={card} />
                  </li>
                ))}
              </ul>
              {cloth.winner !== null && (
                <p className="trick-winner" data-stage={cloth.stage}>
                  {cloth.winner === viewer
                    ? "Your trick"
                    : `Trick to ${nameOf(game, cloth.winner)}`}
                </p>
              )}
            </>
          )}
        </div>
      </div>
    </section>
  );
}

/** Which round it is, of how many cards, and what is trumps. */
function RoundBar() {
  const { game, phase } = useTable();
  const round = "data" in phase ? phase.data.round : null;
  if (!round) return null;
  const cards = `${round.hand_size} card${round.hand_size === 1 ? "" : "s"}`;
  return (
    <div className="round-bar">
      <p>
        Round <strong>{game.round_no}</strong> of {ROUNDS} · {cards}
      </p>
      {round.trump ? (
        <p className="round-trump">
          <TrumpSign trump={round.trump} />
          <span>
            <strong>{trumpName(round.trump)}</strong>
            {round.bid_winner !== null && (
              <span className="round-by">, chosen by {nameOf(game, round.bid_winner)}</span>
            )}
          </span>
        </p>
      ) : (
        <p className="round-trump">Trumps are open</p>
      )}
    </div>
  );
}
