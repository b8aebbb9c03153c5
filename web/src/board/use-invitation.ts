/** Takes up the invitation that hangs on the page's address: `#join=CODE`. */
import { type Api, ApiError } from "parlor-client";
import { useEffect } from "react";
import { useLogin } from "../login/login";
import { reasonOf } from "../ui/errors";
import { useToast } from "../ui/toast";
import { inviteIn } from "./links";

export function useInvitation(id: string): void {
  const { api, ensureUser } = useLogin();
  const toast = useToast();
  useEffect(() => {
    const take = async () => {
      const code = inviteIn(window.location.hash);
      if (!code) return;
      // At once out of the address: it must not be shared by accident, nor be used twice.
      window.history.replaceState(null, "", window.location.pathname);
      const user = await ensureUser("You were invited to keep this board.");
      if (!user) {
        toast({ text: "You only watch. Open the edit link again to change the board." });
        return;
      }
      try {
        await join(api, id, code);
        toast({ text: "You are in: you can change this board." });
      } catch (error) {
        const over = error instanceof ApiError && (error.status === 403 || error.status === 400);
        const why = over ? "The link is no longer valid. Ask for a new one." : reasonOf(error);
        toast({ kind: "error", text: `You could not join. ${why}` });
      }
    };
    void take();
    const again = () => void take();
    window.addEventListener("hashchange", again);
    return () => window.removeEventListener("hashchange", again);
  }, [api, ensureUser, toast, id]);
}

async function join(api: Api, id: string, code: string): Promise<void> {
  await api.request("POST", `/game/${encodeURIComponent(id)}/join`, { body: { code } });
}
