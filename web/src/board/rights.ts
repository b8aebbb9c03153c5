/** Who may do what on a board. The server decides; this only chooses what to offer. Pure. */
import type { User } from "parlor-client";
import type { Board } from "./model";

export interface Rights {
  readonly owns: boolean;
  readonly edits: boolean;
  readonly deletes: boolean;
}

export const NONE: Rights = { owns: false, edits: false, deletes: false };

export function rightsOf(board: Board, user: User | null): Rights {
  if (!user) return NONE;
  const owns = board.owner === user.id;
  return {
    owns,
    edits: owns || (board.editors?.includes(user.id) ?? false),
    // The only thing that an admin may do to a board of others.
    deletes: owns || user.roles.includes("admin"),
  };
}
