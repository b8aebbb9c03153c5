/**
 * What a person can do at a table. Moves show at once; a refused one is taken back, and why is said.
 * Knows nothing of how it is asked for on the page.
 */
import { ApiError, type CommandResult, type SendOptions } from "parlor-client";
import { reasonOf } from "../ui/errors";
import type { Toast } from "../ui/toast";
import { allows, apply, momentOf } from "./apply";
import { cardName } from "./cards";
import type { Command, Move, Seat, Table } from "./model";

export interface Actions {
  /** Bids, chooses trumps or plays. A second press before the answer is the same move, and ignored. */
  readonly move: (move: Move, seat: Seat) => void;
  /** Anything else. Resolves with whether it was done; if not, that was said. */
  readonly run: (command: Command, failed: string, seat?: Seat | null) => Promise<boolean>;
}

interface Means {
  readonly send: (command: Command, options?: SendOptions<Table>) => Promise<CommandResult>;
  /** The server's newest view, its version, and the view that is shown. */
  readonly state: () => {
    readonly view: Table | null;
    readonly confirmed: Table | null;
    readonly version: number | null;
  };
  readonly toast: (toast: Toast) => void;
}

/** A move whose moment has not passed is tried again so often when only the version was stale. */
const TRIES = 3;

export function createActions({ send, state, toast }: Means): Actions {
  /** The decision that is being answered; no other move is taken before the server has said. */
  let deciding: string | null = null;

  /**
   * The version is named, so that a move never lands in another trick than the one that was seen.
   * Something else may have changed it meanwhile (somebody asks for a pause, say): as long as the
   * same is asked of the same seat, the move stands.
   */
  const decide = async (move: Move, seat: Seat, moment: string) => {
    const optimistic = (table: Table) =>
      momentOf(table) === moment ? apply(table, move, seat) : table;
    for (let tries = 1; ; tries += 1) {
      const { version } = state();
      try {
        await send(move, { optimistic, ...(version !== null && { lockVersion: version }) });
        return;
      } catch (error) {
        const stale = error instanceof ApiError && error.conflict;
        const { confirmed } = state();
        const stands = confirmed && momentOf(confirmed) === moment && allows(confirmed, move);
        if (!stale || !stands || tries >= TRIES) throw error;
      }
    }
  };

  return {
    move: (move, seat) => {
      const { view } = state();
      const moment = view && momentOf(view);
      if (!view || !moment || deciding !== null || !allows(view, move)) return;
      deciding = moment;
      decide(move, seat, moment)
        .catch((error: unknown) => {
          toast({ kind: "error", text: `${undone(move)} ${whyNot(error)}` });
        })
        .finally(() => {
          deciding = null;
        });
    },
    run: async (command, failed, seat = null) => {
      try {
        const optimistic = (table: Table) => (seat === null ? table : apply(table, command, seat));
        await send(command, { optimistic });
        return true;
      } catch (error) {
        toast({ kind: "error", text: `${failed} ${whyNot(error)}` });
        return false;
      }
    },
  };
}

function undone(move: Move): string {
  if (move.do === "play") return `${cardName(move.card)} is back in your hand.`;
  return move.do === "bid" ? `Your bid of ${move.bid} was not taken.` : "Trumps were not chosen.";
}

const WORDS: { readonly [code: string]: string } = {
  OPTIMISTIC_LOCK: "The table had moved on, perhaps in another window of yours.",
  OUT_OF_TURN: "It is not your turn any more.",
  PHASE_MISMATCH: "That is not asked for now.",
  FORBIDDEN: "Only the host may do that.",
  NOT_A_MEMBER: "You have no seat at this table.",
  SESSION_NOT_FOUND: "This table no longer exists.",
  SESSION_ENDED: "The game is over.",
};

function whyNot(error: unknown): string {
  return (error instanceof ApiError && WORDS[error.code]) || reasonOf(error);
}
