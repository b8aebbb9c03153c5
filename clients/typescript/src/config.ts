/** Options with their defaults filled in. */
import { pageSignals } from "./signals.js";
import { polling } from "./transports/polling.js";
import { sse } from "./transports/sse.js";
import type { Transport, TransportName } from "./transports/transport.js";
import { websocket } from "./transports/websocket.js";
import type { GameSyncOptions } from "./types.js";

const TRANSPORTS: { readonly [name in TransportName]: Transport } = { websocket, sse, polling };

/** Options that stay empty when they are not given. */
type Optional = "auth" | "getToken" | "initial" | "WebSocket";
type Given = GameSyncOptions<unknown>;

/** Everything that `GameSync` reads: absolute `url`, and only transports that can work here. */
export type Settings = Pick<Given, Optional> & {
  readonly [name in Exclude<keyof Given, Optional | "transports">]-?: NonNullable<Given[name]>;
} & { readonly transports: readonly Transport[] };

/** Fills in the defaults. */
export function withDefaults(options: Given): Settings {
  const globals = globalThis as {
    WebSocket?: NonNullable<Given["WebSocket"]>;
    location?: { origin?: string };
  };
  const settings = {
    patch: true,
    fallbackAfter: 2,
    upgradeAfter: 15_000,
    connectTimeout: 10_000,
    heartbeat: 25_000,
    backoffBase: 500,
    backoffMax: 20_000,
    pauseAfter: 10_000,
    commandTimeout: 30_000,
    maxPending: 64,
    pollWait: 25_000,
    WebSocket: globals.WebSocket,
    // Called through the global each time: a page may replace it, and it must not lose its `this`.
    fetch: (input: RequestInfo | URL, init?: RequestInit) => globalThis.fetch(input, init),
    random: Math.random,
    page: pageSignals,
    // An option that is given as `undefined` counts as not given.
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    session: options.session,
    url: (options.url || globals.location?.origin || "").replace(/\/+$/, ""),
  };
  const transports = (options.transports ?? (["websocket", "sse", "polling"] as const))
    .map((transport) => (typeof transport === "string" ? TRANSPORTS[transport] : transport))
    .filter((transport) => transport.supported?.(settings) ?? true);
  return { ...settings, transports };
}
