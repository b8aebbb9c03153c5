/** Plays as the server would tell them, drawn from a seed; a wallet of a few lines. */
import {
  commitmentOf,
  crashOf,
  gachaOf,
  halvesOf,
  handOf,
  roundCommitment,
  slotOf,
} from "../src/casino/draws";
import type { Fairness, GameEvent, GameType, Revealed, RotationEvent } from "../src/casino/model";
import { hexOf } from "../src/casino/sha256";

const SERVER_SEED = Uint8Array.from({ length: 32 }, (_, index) => index);

function nextOf(seed: Uint8Array): Uint8Array {
  return seed.map((byte) => byte ^ 0xa5 ^ (byte >> 1));
}

function timeOf(made: number): string {
  return new Date(1_767_225_600_000 + 1000 * made).toISOString();
}

/** Makes plays, one after the other. */
export class House {
  readonly events: GameEvent[] = [];
  counter = 0;
  pity = 0;
  clientSeed = "dice";
  serverSeed: Uint8Array = SERVER_SEED;
  user: number | string = 1;
  #made = 0;

  /** What was in use until now. */
  revealed(): Revealed {
    return {
      server_seed: hexOf(this.serverSeed),
      commitment: commitmentOf(this.serverSeed),
      client_seed: this.clientSeed,
      plays: this.counter,
    };
  }

  fairness(): Fairness {
    return {
      commitment: commitmentOf(this.serverSeed),
      next_commitment: commitmentOf(nextOf(this.serverSeed)),
      client_seed: this.clientSeed,
      counter: this.counter,
    };
  }

  /** The next seed, and the message that tells of it. */
  rotate(clientSeed = this.clientSeed): RotationEvent {
    const revealed = this.revealed();
    this.serverSeed = nextOf(this.serverSeed);
    this.clientSeed = clientSeed;
    this.counter = 0;
    this.#made += 1;
    return {
      type: "fairness",
      id: `e${this.#made}`,
      user_id: this.user,
      ts: timeOf(this.#made),
      revealed,
      ...this.fairness(),
    };
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
      ts: timeOf(this.#made),
    } as GameEvent;
    this.events.push(event);
    return event;
  }

  #source() {
    const { serverSeed, clientSeed, counter } = this;
    this.counter += 1;
    const seed = commitmentOf(serverSeed).slice(0, 16);
    return { serverSeed, clientSeed, counter, numbered: { counter, seed } };
  }

  spin(bet = 10): GameEvent {
    const source = this.#source();
    const reels = slotOf(source);
    const multiplier = (halvesOf("fair", reels) ?? 0) / 2;
    return this.tell("slot", bet, {
      reels: [reels],
      win_amount: multiplier * bet,
      multiplier,
      paytable: "fair",
      is_jackpot: false,
      ...source.numbered,
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
      ...source.numbered,
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
      ...source.numbered,
    });
  }

  /** A round and its end: cashed out at `at` hundredths, or crashed; `auto` if by itself. */
  crash(bet = 10, at: number | null = null, auto = false): GameEvent {
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
      ...source.numbered,
      auto_cashout_multiplier: auto && at !== null ? at / 100 : null,
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
