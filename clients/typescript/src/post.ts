/** One command over HTTP: for when the stream goes one way, or rests. */
import { sessionUrl } from "./address.js";
import { ApiError } from "./errors.js";
import { requestJson } from "./http.js";
import type { Json } from "./messages.js";
import type { Item } from "./outbox.js";
import type { Tokens } from "./tokens.js";

/** Sends it, with a fresh token after a 401. Rejects with {@link ApiError}. */
export async function postCommand(
  fetcher: typeof fetch,
  url: string,
  session: string,
  item: Pick<Item<unknown>, "id" | "command" | "lockVersion">,
  tokens: Tokens,
): Promise<{ lock_version: number; data: Json }> {
  const attempt = async () =>
    requestJson<{ lock_version: number; data?: Json }>(
      fetcher,
      sessionUrl(url, session, "/commands"),
      {
        method: "POST",
        token: await tokens.access(),
        headers: { "idempotency-key": item.id },
        body: { command: item.command, lock_version: item.lockVersion },
      },
    );
  const reply = await attempt().catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 401 || !tokens.any) throw error;
    tokens.stale = true;
    return attempt();
  });
  return { lock_version: reply.body.lock_version, data: reply.body.data ?? null };
}

/** Whether the same command may pass later: no answer, or an answer that says so. */
export function mayPassLater(error: ApiError): boolean {
  return [0, 429, 502, 503, 504].includes(error.status);
}
