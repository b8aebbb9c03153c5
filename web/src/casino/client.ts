/** The casino's endpoints, typed. Knows nothing of pages. */
import { type Api, ApiError } from "parlor-client";
import type { Hand } from "./draws";
import type {
  Answer,
  BetAnswer,
  CashoutAnswer,
  GachaResult,
  GameType,
  HistoryPage,
  Me,
  Odds,
  Rotation,
  RpsResult,
  SlotResult,
  UserId,
} from "./model";

/** How often a play whose answer got lost is asked for again: under one key it is played once. */
const REPEATS = 2;
const REPEAT_AFTER = 700;

export class Casino {
  readonly #api: Pick<Api, "request">;

  constructor(api: Pick<Api, "request">) {
    this.#api = api;
  }

  me(): Promise<Me> {
    return this.#api.request("GET", "/api/users/me");
  }

  spin(bet: unknown): Promise<Answer & SlotResult> {
    return this.#play("/api/games/slot/spin", { bet_amount: bet });
  }

  rps(choice: Hand, bet: unknown): Promise<Answer & RpsResult> {
    return this.#play("/api/games/rps/play", { choice, bet_amount: bet });
  }

  pull(count: 1 | 10): Promise<Answer & GachaResult> {
    return this.#play("/api/games/gacha/pull", { pull_count: count });
  }

  crashBet(bet: unknown, auto: unknown = null): Promise<BetAnswer> {
    return this.#play("/api/games/crash/bet", {
      bet_amount: bet,
      ...(auto !== null && { auto_cashout_multiplier: auto }),
    });
  }

  cashOut(game: number): Promise<CashoutAnswer> {
    return this.#play("/api/games/crash/cashout", { game_id: game });
  }

  odds(game: GameType): Promise<Odds> {
    return this.#api.request("GET", `/api/games/${game}/odds`);
  }

  /** Reveals the server seed. Without a client seed the old one stays. */
  rotate(clientSeed?: string): Promise<Rotation> {
    const body = clientSeed === undefined ? {} : { client_seed: clientSeed };
    return this.#play("/api/games/fairness/rotate", body);
  }

  /** The own plays, oldest first: the newest ones, or the newest before an event. */
  history({ limit, before }: { limit: number; before?: string }): Promise<HistoryPage> {
    const query = new URLSearchParams({ limit: String(limit), ...(before && { before }) });
    return this.#api.request("GET", `/api/games/history?${query}`);
  }

  /** Tokens for somebody; for admins. */
  give(user: UserId, amount: number): Promise<{ readonly balance: number }> {
    const path = `/api/users/${encodeURIComponent(user)}/tokens`;
    return this.#api.request("POST", path, { body: { amount } });
  }

  async #play<Body>(path: string, body: object): Promise<Body> {
    const headers = { "idempotency-key": randomKey() };
    for (let repeat = 0; ; repeat += 1) {
      try {
        return await this.#api.request<Body>("POST", path, { body, headers });
      } catch (error) {
        const lost = error instanceof ApiError && error.code === "NETWORK";
        if (!lost || repeat >= REPEATS) throw error;
        await new Promise((resolve) => setTimeout(resolve, REPEAT_AFTER));
      }
    }
  }
}

/** Not by `randomUUID`, which is missing where the page was not loaded by HTTPS. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
