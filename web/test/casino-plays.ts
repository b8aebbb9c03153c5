/** Plays as the server would tell them, drawn from a seed; a wallet of a few lines. */
import { crashOf, gachaOf, handOf, roundCommitment, slotOf } from "../src/casino/draws";
import type { GameEvent, GameType } from "../src/casino/model";

export const SERVER_SEED = Uint8Array.from({ length: 32 }, (_, index) => index);

/** Makes plays, one after the other. */
export class House {
  readonly events: GameEvent[] = [];
  counter = 0;
  pity = 0;
  clientSeed = "dice";
  serverSeed: Uint8Array = SERVER_SEED;
  user: number | string = 1;
  #made = 0;

  rotate(serverSeed: Uint8Array): void {
    this.serverSeed = serverSeed;
    this.counter = 0;
  }

  tell(game_type: GameType, bet: number, result: object): GameEvent {
    this.#made += 1;
    const event = {
      type: "game_event",
      schema: 1,
      id: `e${this.#made}`,
      game_type,
      user_id: this.user,
      bet,
      result,
      ts: new Date(1_767_225_600_000 + 1000 * this.#made).toISOString(),
    } as GameEvent;
    this.events.push(event);
    return event;
  }

  #source() {
    const { serverSeed, clientSeed, counter } = this;
    this.counter += 1;
    return { serverSeed, clientSeed, counter };
  }

  spin(bet = 10): GameEvent {
    const source = this.#source();
    const reels = slotOf(source);
    const win_amount = new Set(reels).size === 1 ? 4 * bet : 0;
    return this.tell("slot", bet, {
      reels: [reels],
      win_amount,
      multiplier: win_amount / bet,
      is_jackpot: false,
      counter: source.counter,
    });
  }

  rps(bet = 10): GameEvent {
    const source = this.#source();
    const computer_choice = handOf(source);
    const [result, times] = (
      { rock: ["draw", 1], paper: ["lose", 0], scissors: ["win", 2] } as const
    )[computer_choice];
    return this.tell("rps", bet, {
      player_choice: "rock",
      computer_choice,
      result,
      win_amount: times * bet,
      counter: source.counter,
    });
  }

  pull(count: 1 | 10): GameEvent {
    const source = this.#source();
    const { items, pity } = gachaOf(source, count, this.pity);
    this.pity = pity;
    const many = (rarities: string[]) =>
      items.filter(({ rarity }) => rarities.includes(rarity)).length;
    return this.tell("gacha", count === 1 ? 50 : 450, {
      items,
      rare_item_count: many(["Rare", "Epic", "Legendary"]),
      ultra_rare_item_count: many(["Epic", "Legendary"]),
      pull_count: count,
      pity,
      counter: source.counter,
    });
  }

  /** A round and its end: cashed out at `at` hundredths, or crashed. */
  crash(bet = 10, at: number | null = null): GameEvent {
    const source = this.#source();
    const point = crashOf(source);
    const game_id = 1000 + source.counter;
    const salt = "5a".repeat(32);
    const commitment = roundCommitment(game_id, point, salt);
    this.tell("crash", bet, {
      phase: "bet",
      game_id,
      started_at: 1_767_225_600_000,
      commitment,
      counter: source.counter,
      auto_cashout_multiplier: null,
    });
    const out = at !== null && at <= point;
    return this.tell("crash", bet, {
      phase: out ? "cashed_out" : "crashed",
      game_id,
      multiplier: out ? at / 100 : null,
      win_amount: out ? Math.floor((bet * at) / 100) : 0,
      crash_point: point / 100,
      salt,
      commitment,
    });
  }
}

/** The same event with something else in its result. */
export function tampered(event: GameEvent, change: object): GameEvent {
  return { ...event, result: { ...event.result, ...change } } as GameEvent;
}
