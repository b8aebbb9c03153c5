/** Whoever logs in or out in one tab does so in all of them. */
import type { Api } from "parlor-client";

/** Where the client library keeps the login. */
const KEY = "parlor.login";

type Target = Pick<Window, "addEventListener" | "removeEventListener">;

/** Follows what other tabs store, until the function returned is called. */
export function followOtherTabs(api: Pick<Api, "adopt" | "logout">, target: Target): () => void {
  const heard = ({ key, newValue }: StorageEvent) => {
    if (key !== KEY) return;
    if (newValue === null) void api.logout();
    else api.adopt();
  };
  target.addEventListener("storage", heard);
  return () => target.removeEventListener("storage", heard);
}
