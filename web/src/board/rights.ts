/** Who may do what on a board. The server decides; this only chooses what to offer. Pure. */
import type { User } from "parlor-client";
import type { Board } from "./model";

export interface Rights {
  readonly owns: boolean;
  readonly edits: boolean;
}

export function rightsOf(board: Board, user: User | null): Rights {
  if (!user) return { owns: false, edits: false };
  const owns = board.owner === user.id || user.roles.includes("admin");
  return { owns, edits: owns || (board.editors?.includes(user.id) ?? false) };
}
