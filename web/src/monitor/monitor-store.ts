/**
 * What a monitor knows: fed by the stream at any pace, shown at a calm one. The table can be paused;
 * everything else goes on. What it counts is counted once, whether it came with the snapshot or live.
 */
import type { Status, TokenSource } from "parlor-client";
import { EventStream, type EventStreamOptions } from "parlor-client/stream";
import { type GameEvent, type GameType, isGameEvent, isPlay } from "../casino/model";
import { ALL, type Filter } from "./filter";
import { Filtered, Log } from "./log";
import type { Leg, LegStats, MonitorMessage, Presence, Snapshot, Stats } from "./model";
import { counted, NONE, type Tally } from "./returns";
import { Series } from "./series";

/** Between two pictures, in milliseconds. */
const SHOW_EVERY = 200;
/** Seconds of latencies that are kept. */
const LEGS_KEPT = 120;

export type LegSecond = { readonly [leg in Leg]: LegStats };

/** One picture. `rows` is the same array while it grows: `version` tells that something changed. */
export interface MonitorState {
  readonly version: number;
  readonly status: Status;
  readonly connected: ReadonlySet<string>;
  readonly connections: number;
  /** Plays heard of in all; a crash round is one. */
  readonly total: number;
  readonly paused: boolean;
  /** Rows since the pause. */
  readonly waiting: number;
  readonly filter: Filter;
  /** What passes the filter, oldest first. */
  readonly rows: readonly GameEvent[];
  /** How many have passed in all. */
  readonly passed: number;
  readonly tallies: ReadonlyMap<GameType, Tally>;
  readonly refused: ReadonlyMap<string, number>;
  /** Oldest first. */
  readonly legs: readonly LegSecond[];
  /** When events were lost, by the local clock; null: none were, or it was read. */
  readonly gapAt: number | null;
}

type StreamOptions = Pick<EventStreamOptions<MonitorMessage>, "WebSocket" | "page" | "random">;

export class MonitorStore {
  readonly series = new Series();
  readonly #log = new Log();
  #filtered = new Filtered(this.#log, ALL);
  readonly #stream: EventStream<MonitorMessage>;
  readonly #listeners = new Set<() => void>();
  readonly #tallies = new Map<GameType, Tally>();
  readonly #refused = new Map<string, number>();
  readonly #connected = new Set<string>();
  #connections = 0;
  #plays = 0;
  #legs: LegSecond[] = [];
  #position: string | null = null;
  /** The number of the first play that is not shown; null: all are. */
  #pausedAt: number | null = null;
  #filter = ALL;
  #gapAt: number | null = null;
  #state: MonitorState;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    url: string,
    auth: TokenSource,
    options: StreamOptions & { fetch?: typeof fetch } = {},
  ) {
    this.#stream = new EventStream({
      ...options,
      url,
      path: "/api/games/ws/monitor",
      auth,
      since: () => this.#position,
      onMessage: (message) => this.#onMessage(message),
    });
    this.#state = this.#picture(0);
    this.#stream.subscribe(() => this.#show());
  }

  readonly getState = (): MonitorState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.#stream.start();
  }

  close(): void {
    this.#stream.close();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  retry(): void {
    this.#stream.retry();
  }

  pause(paused: boolean): void {
    this.#pausedAt = paused ? this.#log.total : null;
    this.#show();
  }

  setFilter(filter: Filter): void {
    this.#filter = filter;
    this.#filtered = new Filtered(this.#log, filter);
    this.#show();
  }

  /** The notice of a gap was read. */
  forgetGap(): void {
    this.#gapAt = null;
    this.#show();
  }

  #onMessage(message: MonitorMessage): void {
    if (isGameEvent(message)) this.#onPlay(message);
    else if (message.type === "monitor_snapshot") this.#onSnapshot(message);
    else if (message.type === "presence") this.#onPresence(message);
    else if (message.type === "stats") this.#onStats(message);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#show();
    }, SHOW_EVERY);
  }

  #onPlay(event: GameEvent): void {
    if (!this.#log.add(event)) return;
    this.#position = event.id;
    this.series.add(event);
    if (isPlay(event)) this.#plays += 1;
    const tally = this.#tallies.get(event.game_type) ?? NONE;
    this.#tallies.set(event.game_type, counted(tally, event));
  }

  #onSnapshot(snapshot: Snapshot): void {
    this.#connected.clear();
    for (const user of snapshot.connected_user_ids) this.#connected.add(String(user));
    this.#connections = snapshot.connections;
    if (snapshot.gap) this.#gapAt = Date.now();
    for (const event of snapshot.recent_events) if (isGameEvent(event)) this.#onPlay(event);
  }

  #onPresence({ joined, left, connections }: Presence): void {
    for (const user of left) this.#connected.delete(String(user));
    for (const user of joined) this.#connected.add(String(user));
    this.#connections = connections;
  }

  #onStats({ ts, legs, refused }: Stats): void {
    this.series.reach(Math.floor(Date.parse(ts) / 1000));
    this.#legs = [...this.#legs, legs].slice(-LEGS_KEPT);
    for (const [code, count] of Object.entries(refused)) {
      this.#refused.set(code, (this.#refused.get(code) ?? 0) + count);
    }
  }

  #picture(version: number): MonitorState {
    const { total } = this.#log;
    this.#filtered.follow(this.#pausedAt ?? total, this.#pausedAt !== null);
    return {
      version,
      status: this.#stream.getState(),
      connected: new Set(this.#connected),
      connections: this.#connections,
      total: this.#plays,
      paused: this.#pausedAt !== null,
      waiting: this.#pausedAt === null ? 0 : total - this.#pausedAt,
      filter: this.#filter,
      rows: this.#filtered.rows,
      passed: this.#filtered.passed,
      tallies: new Map(this.#tallies),
      refused: new Map(this.#refused),
      legs: this.#legs,
      gapAt: this.#gapAt,
    };
  }

  #show(): void {
    this.#state = this.#picture(this.#state.version + 1);
    for (const listener of [...this.#listeners]) listener();
  }
}
