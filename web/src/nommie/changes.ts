/** What happened between two views of a table, in words, for people who hear the page. Pure. */
import { theCard, trumpName, winnerOf } from "./cards";
import type { Header, Phase, Played, Round, Seat, Table } from "./model";
import { SEATS } from "./model";
import { isFree, listed, nameOf, toAct } from "./seats";

/** Describes for the viewer in this seat; null for a spectator. One short sentence a change. */
export function describeTable(viewer: Seat | null) {
  return (before: Table, after: Table): readonly string[] => {
    if (before === after) return [];
    const now = after.snapshot;
    const who = (seat: Seat) => (seat === viewer ? "You" : nameOf(now.game, seat));
    const verb = (seat: Seat, you: string, other: string) =>
      `${who(seat)} ${seat === viewer ? you : other}`;
    const say: Say = { header: now.game, viewer, who, verb };
    return [
      ...seatChanges(before.snapshot.game, now.game, now.phase),
      ...roundChanges(before, after, say),
      ...pauseChanges(before, after),
      ...turnChange(before, after, say),
    ];
  };
}

interface Say {
  readonly header: Header;
  readonly viewer: Seat | null;
  readonly who: (seat: Seat) => string;
  readonly verb: (seat: Seat, you: string, other: string) => string;
}

function seatChanges(before: Header, after: Header, phase: Phase): string[] {
  const said = before.name === after.name ? [] : [`The table is now called ${after.name}.`];
  for (const seat of SEATS) {
    const [old, now] = [before.seating[seat], after.seating[seat]];
    const name = now.display_name ?? "";
    if (isFree(old) && !isFree(now)) said.push(`${name} sits down.`);
    else if (!isFree(old) && isFree(now)) said.push(`${old.display_name} leaves.`);
    else if (!old.is_ai && now.is_ai) said.push(`${old.display_name} leaves; ${name} plays on.`);
    else if (old.is_ai && !now.is_ai) said.push(`${name} is back.`);
    else if (phase.phase === "Init" && old.is_ready !== now.is_ready) {
      said.push(`${name} is ${now.is_ready ? "" : "not "}ready.`);
    }
  }
  return said;
}

function roundOf(phase: Phase): Round | null {
  return "data" in phase ? phase.data.round : null;
}

function trickOf(phase: Phase): readonly Played[] {
  return phase.phase === "Trick" ? phase.data.current_trick : [];
}

function lastTrickOf(phase: Phase): readonly Played[] | null {
  return "data" in phase && "last_trick" in phase.data ? phase.data.last_trick : null;
}

function roundChanges(before: Table, after: Table, say: Say): string[] {
  const [was, is] = [before.snapshot, after.snapshot];
  const said: string[] = [];
  const sameRound = was.game.round_no === is.game.round_no;
  const [oldRound, round] = [roundOf(was.phase), roundOf(is.phase)];
  // The last cards of the round that was, as far as they are known.
  said.push(...cardChanges(was.phase, is.phase, say));
  if (is.phase.phase === "Scoring" && was.phase.phase !== "Scoring") {
    const scores = is.phase.data.round_scores;
    const parts = SEATS.map((seat) => `${say.who(seat)} ${scores[seat]}`);
    said.push(`The round is over: ${listed(parts)}.`);
  }
  if (is.phase.phase === "GameOver" && was.phase.phase !== "GameOver") {
    said.push(`The game is over. ${winnersLine(is.game, say.viewer)}`);
  }
  if (!round) return said;
  if (!sameRound) {
    const cards = `${round.hand_size} card${round.hand_size === 1 ? "" : "s"}`;
    said.push(
      `Round ${is.game.round_no}, ${cards} each, dealt by ${nameOf(is.game, is.game.dealer)}.`,
    );
  }
  const oldBids = sameRound ? oldRound?.bids : undefined;
  for (let turn = 0; turn < 4; turn += 1) {
    const seat = ((round.leader + turn) % 4) as Seat;
    const bid = round.bids[seat];
    if (bid !== null && (oldBids?.[seat] ?? null) === null) {
      said.push(`${say.verb(seat, "bid", "bids")} ${bid}.`);
    }
  }
  const chosen = round.trump !== null && (!sameRound || !oldRound?.trump);
  if (chosen && round.trump && round.bid_winner !== null) {
    said.push(`${say.verb(round.bid_winner, "choose", "chooses")} ${trumpName(round.trump)}.`);
  }
  return said;
}

/** Cards since the view before: the end of a trick, who took it, the beginning of the next. */
function cardChanges(before: Phase, after: Phase, say: Say): string[] {
  const play = ([seat, card]: Played) => `${say.verb(seat, "play", "plays")} ${theCard(card)}.`;
  const known = trickOf(before);
  const isNew = ([, card]: Played) => !known.some(([, other]) => other === card);
  const last = lastTrickOf(after);
  const finished = last !== null && !sameTrick(last, lastTrickOf(before));
  const said: string[] = [];
  if (finished) {
    said.push(...last.filter(isNew).map(play));
    const trump = (roundOf(before) ?? roundOf(after))?.trump ?? roundOf(after)?.trump;
    const winner = trump ? winnerOf(last, trump) : null;
    if (winner !== null) said.push(`Trick to ${say.who(winner).replace(/^You$/, "you")}.`);
  }
  said.push(...trickOf(after).filter(isNew).map(play));
  return said;
}

/** Whether two tricks hold the same cards. */
export function sameTrick(one: readonly Played[] | null, other: readonly Played[] | null): boolean {
  return String(one) === String(other);
}

function pauseChanges(before: Table, after: Table): string[] {
  const paused = (table: Table) => typeof table.snapshot.turn_clock?.paused_ms === "number";
  if (paused(before) === paused(after)) return [];
  return [paused(after) ? "The game is paused." : "The game goes on."];
}

function turnChange(before: Table, after: Table, say: Say): string[] {
  const { phase } = after.snapshot;
  const key = (table: Table) => {
    const { game, phase: at } = table.snapshot;
    return `${game.round_no} ${at.phase} ${at.phase === "Trick" ? at.data.trick_no : ""} ${toAct(at)}`;
  };
  if (say.viewer === null || toAct(phase) !== say.viewer || key(before) === key(after)) return [];
  if (phase.phase === "Bidding") return ["Your turn to bid."];
  return [phase.phase === "TrumpSelect" ? "Your turn to choose trumps." : "Your turn to play."];
}

/** "Ann wins with 120 points.", "Ann and Ben win together with 120 points." */
export function winnersLine(header: Header, viewer: Seat | null = null): string {
  const winners = header.winners ?? [];
  const first = winners[0];
  if (first === undefined) return "";
  const points = `${header.scores_total[first]} points`;
  const names = winners.map((seat) => (seat === viewer ? "you" : nameOf(header, seat)));
  const line =
    names.length > 1
      ? `${listed(names)} win together with ${points}.`
      : `${names[0]} ${first === viewer ? "win" : "wins"} with ${points}.`;
  return line.charAt(0).toUpperCase() + line.slice(1);
}
