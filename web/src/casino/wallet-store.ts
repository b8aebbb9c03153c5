/**
 * The wallet of who is logged in, as the pages see it: one socket, the history, the plays. Everything
 * that it knows is in one immutable state. What the messages mean is for `ledger` to say.
 */
import type { Api, Status } from "parlor-client";
import { EventStream, type EventStreamOptions } from "parlor-client/stream";
import { narrow, type Skew, skewOf, UNKNOWN } from "../ui/skew";
import { Casino } from "./client";
import {
  answered,
  closed,
  EMPTY,
  extended,
  fetched,
  filled,
  heard,
  type Ledger,
  opened,
  rotated,
} from "./ledger";
import type { Answer, BetAnswer, CashoutAnswer, UserMessage } from "./model";
import { refusalOf, waitOf } from "./reasons";
import { type KeptSeed, keepSeed, seeSeeds } from "./revealed";

/** Plays that are fetched at once. */
export const PAGE = 50;

export interface WalletState {
  readonly ledger: Ledger;
  readonly status: Status;
  /** Why the wallet or its history could not be fetched. */
  readonly problem: string | null;
  readonly busy: boolean;
  /** Local time until which the server asked to wait, in milliseconds; 0: it did not. */
  readonly waitUntil: number;
  /** Milliseconds by which the server's clock is ahead. */
  readonly skew: number;
}

type StreamOptions = Pick<EventStreamOptions<UserMessage>, "WebSocket" | "page" | "random">;

export class WalletStore {
  readonly casino: Casino;
  readonly #user: string;
  readonly #stream: EventStream<UserMessage>;
  readonly #listeners = new Set<() => void>();
  #skew: Skew = UNKNOWN;
  #state: WalletState;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  /** `user` is whose wallet it is: what this browser keeps of its seeds is kept under that name. */
  constructor(api: Api, user: string, options: StreamOptions = {}) {
    this.#user = user;
    this.casino = new Casino(api);
    this.#stream = new EventStream({
      ...options,
      url: api.url,
      path: "/api/games/ws",
      auth: api,
      since: () => this.#state.ledger.position,
      onMessage: (message) => this.#onMessage(message),
    });
    this.#state = {
      ledger: EMPTY,
      status: this.#stream.getState(),
      problem: null,
      busy: false,
      waitUntil: 0,
      skew: 0,
    };
    this.#stream.subscribe(() => this.#set({ status: this.#stream.getState() }));
  }

  readonly getState = (): WalletState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.#stream.start();
  }

  close(): void {
    clearTimeout(this.#waiting);
    this.#stream.close();
  }

  /** Connects at once, and fetches everything again. */
  retry(): void {
    this.#stream.retry();
    void this.load();
  }

  /** Fetches the wallet and its newest plays. */
  async load(): Promise<void> {
    this.#set({ busy: true });
    try {
      const asked = this.#state.ledger.told;
      const sent = Date.now();
      const [me, page] = await Promise.all([
        this.casino.me(),
        this.casino.history({ limit: PAGE }),
      ]);
      // The server read its clock some time in between.
      this.#see({ low: me.now - Date.now(), high: me.now - sent });
      const ledger = filled(fetched(this.#state.ledger, me, asked), page);
      this.#set({ ledger, busy: false, problem: null });
    } catch (error) {
      this.#set({ busy: false, problem: refusalOf(error) });
    }
  }

  /** Fetches only what the stream would tell: for while it is away. */
  async look(): Promise<void> {
    const asked = this.#state.ledger.told;
    try {
      const me = await this.casino.me();
      this.#set({ ledger: fetched(this.#state.ledger, me, asked) });
    } catch {
      // It is asked again.
    }
  }

  /** Fetches older plays too. */
  async showMore(): Promise<void> {
    const first = this.#state.ledger.events[0]?.id;
    if (first === undefined) return;
    this.#set({ busy: true });
    try {
      const page = await this.casino.history({ limit: PAGE, before: first });
      const ledger = extended(this.#state.ledger, page, first);
      this.#set({ ledger, busy: false, problem: null });
    } catch (error) {
      this.#set({ busy: false, problem: refusalOf(error) });
    }
  }

  /** One play: its answer, or why not. The balance follows the stream, or else the answer. */
  async play<Body extends Answer>(ask: (casino: Casino) => Promise<Body>): Promise<Body> {
    const asked = this.#state.ledger.told;
    try {
      const answer = await ask(this.casino);
      this.#set({ ledger: answered(this.#state.ledger, answer.balance, asked) });
      return answer;
    } catch (error) {
      const wait = waitOf(error);
      if (wait !== null) this.#wait(wait);
      throw error;
    }
  }

  async bet(bet: unknown, auto: number | string | null): Promise<BetAnswer> {
    const sent = Date.now();
    const answer = await this.play((casino) => casino.crashBet(bet, auto));
    const { game_id, bet_amount, started_at, commitment } = answer;
    this.#see({ low: started_at - Date.now(), high: started_at - sent });
    const auto_cashout_multiplier = typeof auto === "number" ? auto : null;
    const round = { game_id, bet_amount, started_at, commitment, auto_cashout_multiplier };
    this.#set({ ledger: opened(this.#state.ledger, round) });
    return answer;
  }

  async cashOut(game: number): Promise<CashoutAnswer> {
    const answer = await this.play((casino) => casino.cashOut(game));
    this.#set({ ledger: closed(this.#state.ledger, game) });
    return answer;
  }

  /** Reveals the server seed. */
  async rotate(clientSeed?: string): Promise<KeptSeed> {
    const asked = this.#state.ledger.told.seeds;
    const rotation = await this.casino.rotate(clientSeed);
    const seed = keepSeed(this.#user, rotation.revealed, Date.now());
    if (clientSeed !== undefined && rotation.client_seed !== clientSeed) {
      throw new Error("The house did not take your client seed.");
    }
    // The stream may have told of it already, and of what was played since.
    const { ledger } = this.#state;
    if (ledger.told.seeds === asked) this.#set({ ledger: rotated(ledger, rotation) });
    return seed;
  }

  #onMessage(message: UserMessage): void {
    const before = this.#state.ledger;
    const ledger = heard(before, message);
    // Before those who look at the state look at what is kept.
    if (message.type === "fairness") keepSeed(this.#user, message.revealed, Date.parse(message.ts));
    this.#set({ ledger });
    if ("ts" in message)
      this.#see({ low: Date.parse(message.ts) - Date.now(), high: UNKNOWN.high });
    // Nothing that happens from now on is missed: now is the time to ask what happened before.
    const since = before.loaded && before.position !== null;
    const lacking = this.#state.problem !== null || !(since && ledger.loaded);
    if (message.type === "ws_ack" && lacking) void this.load();
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#waiting);
    this.#set({ waitUntil: Date.now() + milliseconds });
    this.#waiting = setTimeout(() => this.#set({ waitUntil: 0 }), milliseconds);
  }

  #see(seen: Skew): void {
    if (Number.isNaN(seen.low) || Number.isNaN(seen.high)) return;
    this.#skew = narrow(this.#skew, seen);
    this.#set({ skew: skewOf(this.#skew) });
  }

  #set(change: Partial<WalletState>): void {
    const before = this.#state.ledger.fairness;
    this.#state = { ...this.#state, ...change };
    const { fairness } = this.#state.ledger;
    if (fairness && fairness !== before) {
      seeSeeds(this.#user, fairness);
    }
    for (const listener of [...this.#listeners]) listener();
  }
}
