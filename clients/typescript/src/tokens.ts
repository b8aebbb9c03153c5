/** Where a connection's token comes from, and when an access token expires. */
import { requestJson } from "./http.js";
import type { TokenSource } from "./types.js";

/** Gives the tokens for connections and requests. */
export class Tokens {
  /** The last token was refused: ask for a fresh one. */
  stale = false;
  /** When the last access token expires, in milliseconds since 1970; null when it does not say. */
  expires: number | null = null;
  readonly #auth: TokenSource | undefined;
  readonly #getToken: (() => string | null | Promise<string | null>) | undefined;
  readonly #url: string;
  readonly #fetch: typeof fetch;

  constructor(
    auth: TokenSource | undefined,
    getToken: (() => string | null | Promise<string | null>) | undefined,
    url: string,
    fetcher: typeof fetch,
  ) {
    this.#auth = auth;
    this.#getToken = getToken;
    this.#url = url;
    this.#fetch = fetcher;
  }

  /** Whether anybody can be logged in. */
  get any(): boolean {
    return Boolean(this.#auth ?? this.#getToken);
  }

  async access(): Promise<string | null> {
    const token = (await this.#auth?.accessToken(this.stale)) ?? null;
    this.stale = false;
    this.expires = expiryOf(token);
    return token;
  }

  /** A token for a socket: short-lived and used once, so that it may stand in a header or a log. */
  async socket(): Promise<string | null> {
    if (this.#getToken) return this.#getToken();
    const token = await this.access();
    if (!token) return null;
    const reply = await requestJson<{ token: string }>(this.#fetch, `${this.#url}/api/ws/token`, {
      method: "POST",
      token,
    });
    return reply.body.token;
  }
}

/** `exp` of a JWT in milliseconds since 1970, unchecked; null when there is none to read. */
export function expiryOf(token: string | null): number | null {
  try {
    const claims = token?.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/");
    const { exp } = JSON.parse(atob(claims ?? "")) as { exp?: unknown };
    return typeof exp === "number" ? exp * 1000 : null;
  } catch {
    return null;
  }
}
