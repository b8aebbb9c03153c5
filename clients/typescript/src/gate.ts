/**
 * The version gate: decides what a message does to the view. Never a step back, never a gap. Knows
 * nothing of connections.
 *
 * Invariant: `view` is the server's view at `position`, or both are null.
 */
import type { PatchMessage, Position, ViewMessage } from "./messages.js";
import { applyPatch, share } from "./patch.js";

/** `resync`: the message could not be used, a whole view is needed. */
export type Verdict = "applied" | "ignored" | "resync";

/** The server's view and where it stands. */
export class Gate<View> {
  view: View | null = null;
  position: Position | null = null;

  /** A message of the stream, in its order. */
  accept(message: ViewMessage | PatchMessage): Verdict {
    const newer = this.#compare(message);
    if (message.type !== "patch") {
      // A whole view of the same version counts: it may be made for another seat or right.
      if (newer < 0) return "ignored";
      this.#set(message, share(this.view, message.data));
      return "applied";
    }
    const { position } = this;
    if (position?.epoch === message.epoch && newer <= 0) return "ignored";
    // A patch leads from one view of a seat to the next one of that seat, never between seats.
    const fits =
      position?.epoch === message.epoch &&
      position.lock_version === message.base &&
      position.viewer_seat === (message.viewer_seat ?? null);
    if (!fits) return "resync";
    try {
      this.#set(message, applyPatch(this.view, message.patch));
      return "applied";
    } catch {
      return "resync";
    }
  }

  /**
   * A whole view that came beside the stream (with the answer to a command, or with the page). Taken
   * only when it continues what is there: same epoch, same seat, newer version.
   */
  offer(message: ViewMessage): Verdict {
    if (this.position) {
      const alike =
        this.position.epoch === message.epoch &&
        this.position.viewer_seat === (message.viewer_seat ?? null);
      if (!alike || this.#compare(message) <= 0) return "ignored";
    }
    return this.accept(message);
  }

  /** Above 0: newer, or of another epoch. 0: the same version. Below 0: older. */
  #compare(message: Position): number {
    const { position } = this;
    return position?.epoch === message.epoch ? message.lock_version - position.lock_version : 1;
  }

  #set(message: ViewMessage | PatchMessage, view: unknown): void {
    this.view = view as View;
    const { epoch, lock_version, viewer_seat = null } = message;
    this.position = { epoch, lock_version, viewer_seat };
  }
}
