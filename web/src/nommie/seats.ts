/** Who sits where, as seen by one viewer. Pure. */
import { type Header, type Phase, SEATS, type Seat, type SeatView, type Table } from "./model";

/** Where a seat is on the screen: the viewer's own is at the bottom, the next to act on its left. */
export type Side = "bottom" | "left" | "top" | "right";

const SIDES: readonly Side[] = ["bottom", "left", "top", "right"];

/** Spectators look from behind seat 0. */
export function sideOf(seat: Seat, viewer: Seat | null): Side {
  return SIDES[(seat - (viewer ?? 0) + 4) % 4] as Side;
}

export function nextSeat(seat: Seat): Seat {
  return ((seat + 1) % 4) as Seat;
}

/** "Ben", or "Seat 3" while nobody sits there. */
export function nameOf(header: Header, seat: Seat): string {
  return header.seating[seat].display_name ?? `Seat ${seat + 1}`;
}

export function isFree(seat: SeatView): boolean {
  return seat.user_id === null && !seat.is_ai;
}

/** The seat that this user holds, also where the view was made for everyone. */
export function seatOfUser(table: Table, userId: string | undefined): Seat | null {
  if (userId === undefined) return null;
  return table.snapshot.game.seating.find((seat) => seat.user_id === userId)?.seat ?? null;
}

/** The seat that a bot keeps for this user. */
export function seatKeptFor(table: Table, userId: string | undefined): Seat | null {
  if (userId === undefined) return null;
  const { seating } = table.snapshot.game;
  return seating.find((one) => one.is_ai && one.original_user_id === userId)?.seat ?? null;
}

export function toAct(phase: Phase): Seat | null {
  return "data" in phase && "to_act" in phase.data ? phase.data.to_act : null;
}

/** Between the first deal and the last score. */
export function inPlay(phase: Phase): boolean {
  return phase.phase !== "Init" && phase.phase !== "GameOver";
}

/** Seats that people hold. */
export function people(header: Header): readonly Seat[] {
  return SEATS.filter((seat) => header.seating[seat].user_id !== null);
}

/** "Ann", "Ann and Ben", "Ann, Ben and Cy". */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
