/** Says so when somebody may no longer change the board: the page has just lost most of its buttons. */
import type { User } from "parlor-client";
import { useEffect, useRef } from "react";
import { useToast } from "../ui/toast";

/** `user` is null as well when the board is closed, which the page says in other words. */
export function useLostRights(edits: boolean, user: User | null): void {
  const toast = useToast();
  const who = user?.id ?? null;
  const last = useRef({ edits, who });
  useEffect(() => {
    const before = last.current;
    last.current = { edits, who };
    if (before.edits && !edits && who !== null && who === before.who) {
      toast({ text: "The owner lets you only watch from now on." });
    }
  }, [edits, who, toast]);
}
