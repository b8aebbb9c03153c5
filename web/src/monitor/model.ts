/** What the monitor's stream says, as it is spelled. Types only. */
import type { GameEvent, UserId } from "../casino/model";

export interface Snapshot {
  readonly type: "monitor_snapshot";
  readonly connected_user_ids: readonly UserId[];
  readonly connections: number;
  /** Newest last. */
  readonly recent_events: readonly GameEvent[];
  readonly gap?: boolean;
}

export interface Presence {
  readonly type: "presence";
  readonly joined: readonly UserId[];
  readonly left: readonly UserId[];
  readonly connected: number;
  readonly connections: number;
}

export const LEGS = ["decode", "rules", "commit", "fanout"] as const;
export type Leg = (typeof LEGS)[number];

export interface LegStats {
  readonly count: number;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
}

/** Of the second that has passed. */
export interface Stats {
  readonly type: "stats";
  readonly ts: string;
  readonly legs: { readonly [leg in Leg]: LegStats };
  readonly refused: { readonly [code: string]: number };
}

export type MonitorMessage = Snapshot | Presence | Stats | GameEvent;
