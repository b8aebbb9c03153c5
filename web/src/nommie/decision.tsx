/** What is asked of the viewer now, bids and trumps as buttons; else whom the table waits for. */
import { useState } from "react";
import { SuitSign } from "./card-face";
import { suitName, suitOf, trumpName, trumpSuit } from "./cards";
import { TimeWarning } from "./clock";
import { whyNotBid } from "./legal";
import type { Bidding, Seat, Trump, TrumpSelect } from "./model";
import { nameOf, toAct } from "./seats";
import { useTable } from "./table-context";
import { useRoving } from "./use-roving";

export function Decision() {
  const { phase, viewer, table } = useTable();
  const paused = typeof table.snapshot.turn_clock?.paused_ms === "number";
  const mine = viewer !== null && toAct(phase) === viewer && !paused;
  return (
    <section className="decision" aria-label="What is next" data-mine={mine || undefined}>
      <p className="decision-line">
        <NextLine />
      </p>
      {mine && <TimeWarning seat={viewer} />}
      {mine && phase.phase === "Bidding" && <Bids bidding={phase.data} seat={viewer} />}
      {mine && phase.phase === "TrumpSelect" && <Trumps select={phase.data} seat={viewer} />}
    </section>
  );
}

function NextLine() {
  const { game, phase, viewer, table } = useTable();
  const seat = toAct(phase);
  if (phase.phase === "Scoring" || phase.phase === "Complete") return "The next round comes soon.";
  if (seat === null) return "…";
  if (typeof table.snapshot.turn_clock?.paused_ms === "number") return "The game is paused.";
  if (seat !== viewer) {
    const doing =
      phase.phase === "Bidding"
        ? "to bid"
        : phase.phase === "TrumpSelect"
          ? "to choose trumps"
          : "to play";
    return (
      <>
        <strong>{nameOf(game, seat)}</strong> {doing}
      </>
    );
  }
  if (phase.phase === "Bidding") return "Your bid: how many tricks?";
  if (phase.phase === "TrumpSelect") return "You won the bidding. Choose trumps.";
  const led = phase.phase === "Trick" ? phase.data.current_trick[0] : undefined;
  if (!led) return "You lead: play any card.";
  const suit = suitOf(led[1]);
  const legal = table.viewer_legal;
  const follows = legal && "cards" in legal && legal.cards.every((card) => suitOf(card) === suit);
  return follows
    ? `Your turn: follow ${suitName(suit)}.`
    : `Your turn: you have no ${suitName(suit)}, play any card.`;
}

function Bids({ bidding, seat }: { readonly bidding: Bidding; readonly seat: Seat }) {
  const { table, actions } = useTable();
  const bids = Array.from({ length: bidding.max_bid - bidding.min_bid + 1 }, (_, index) => {
    return bidding.min_bid + index;
  });
  const roving = useRoving(bids.length);
  const [refused, setRefused] = useState<string | null>(null);
  const press = (bid: number, why: string | null) => {
    setRefused(why === null ? null : `${bid} is out: ${why}.`);
    if (why === null) actions.move({ do: "bid", bid }, seat);
  };
  const barred = bids.flatMap((bid) => {
    const why = whyNotBid(table, bidding, bid);
    return why === null ? [] : [`${bid} is out: ${why}.`];
  });
  return (
    <>
      <fieldset className="bids" {...roving.list}>
        <legend className="sr-only">Bids</legend>
        {bids.map((bid, index) => {
          const why = whyNotBid(table, bidding, bid);
          return (
            <button
              key={bid}
              type="button"
              className="bid"
              tabIndex={roving.tabIndex(index)}
              aria-disabled={why !== null}
              aria-label={why === null ? `Bid ${bid}` : `Bid ${bid}, not allowed: ${why}`}
              onClick={() => press(bid, why)}
            >
              {bid}
            </button>
          );
        })}
      </fieldset>
      <p className="decision-note" role="status">
        {refused ?? barred.join(" ")}
      </p>
    </>
  );
}

function Trumps({ select, seat }: { readonly select: TrumpSelect; readonly seat: Seat }) {
  const { actions } = useTable();
  const roving = useRoving(select.allowed_trumps.length);
  return (
    <fieldset className="trumps" {...roving.list}>
      <legend className="sr-only">Trumps</legend>
      {select.allowed_trumps.map((trump, index) => (
        <button
          key={trump}
          type="button"
          className="trump-choice"
          tabIndex={roving.tabIndex(index)}
          onClick={() => actions.move({ do: "trump", trump }, seat)}
        >
          <TrumpSign trump={trump} />
          {trumpName(trump)}
        </button>
      ))}
    </fieldset>
  );
}

export function TrumpSign({ trump }: { readonly trump: Trump }) {
  const suit = trumpSuit(trump);
  return suit ? <SuitSign suit={suit} /> : <span aria-hidden="true">∅</span>;
}
