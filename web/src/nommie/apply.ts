/**
 * What a move will do to the table, shown before the server has answered. The server decides; this
 * only has to be right in the common case, and to leave a view that holds the move already as it is.
 * Pure.
 */
import type { Command, Move, Phase, Seat, Table } from "./model";
import { toAct } from "./seats";

/** The table after the command of this seat. */
export function apply(table: Table, command: Command, seat: Seat): Table {
  if (command.do === "ready") return withReady(table, seat, command.is_ready);
  if (command.do !== "bid" && command.do !== "trump" && command.do !== "play") return table;
  if (toAct(table.snapshot.phase) !== seat || !allows(table, command)) return table;
  const moved: Table = {
    ...table,
    snapshot: { ...table.snapshot, phase: phaseAfter(table.snapshot.phase, command, seat) },
    viewer_legal: null,
  };
  if (command.do !== "play") return moved;
  return {
    ...moved,
    viewer_hand: table.viewer_hand?.filter((card) => card !== command.card) ?? null,
  };
}

/** Whether the server has said that this is legal now. */
export function allows({ viewer_legal: legal }: Table, move: Move): boolean {
  if (!legal) return false;
  if (move.do === "bid") return "bids" in legal && legal.bids.includes(move.bid);
  if (move.do === "trump") return "trumps" in legal && legal.trumps.includes(move.trump);
  return "cards" in legal && legal.cards.includes(move.card);
}

function phaseAfter(phase: Phase, move: Move, seat: Seat): Phase {
  if (phase.phase === "Bidding" && move.do === "bid") {
    const bids = phase.data.bids.with(seat, move.bid) as unknown as typeof phase.data.bids;
    const round = { ...phase.data.round, bids };
    return { ...phase, data: { ...phase.data, bids, round, to_act: null } };
  }
  if (phase.phase === "TrumpSelect" && move.do === "trump") {
    const round = { ...phase.data.round, trump: move.trump };
    return { ...phase, data: { ...phase.data, round, to_act: null } };
  }
  if (phase.phase === "Trick" && move.do === "play") {
    const current_trick = [...phase.data.current_trick, [seat, move.card] as const];
    return { ...phase, data: { ...phase.data, current_trick, to_act: null } };
  }
  return phase;
}

function withReady(table: Table, seat: Seat, is_ready: boolean): Table {
  const { game, phase } = table.snapshot;
  if (phase.phase !== "Init" || game.seating[seat].is_ready === is_ready) return table;
  const seating = game.seating.map((one) => (one.seat === seat ? { ...one, is_ready } : one));
  return {
    ...table,
    snapshot: { ...table.snapshot, game: { ...game, seating: seating as never } },
  };
}

/**
 * The decision that is asked for, as a text: two views with the same one ask the same of the same
 * seat, whatever else has changed between them. null when nobody is asked.
 */
export function momentOf(table: Table): string | null {
  const { game, phase } = table.snapshot;
  const seat = toAct(phase);
  if (seat === null) return null;
  const within =
    phase.phase === "Trick" ? `${phase.data.trick_no}.${phase.data.current_trick.length}` : "";
  return `${game.round_no} ${phase.phase} ${within} ${seat}`;
}
