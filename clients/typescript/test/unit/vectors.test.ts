/** The shared vectors, played through a whole `GameSync`. */
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isFinal, parseReason } from "../../src/backoff.js";
import { GameSync } from "../../src/index.js";
import { FakePage, FakeTransport } from "./fake.js";

type Outcome = "applied" | "ignored" | "resync" | "waiting" | "event" | "presence" | "closed";

interface Step {
  readonly frame: { readonly type: string };
  readonly expect: {
    readonly outcome: Outcome;
    readonly view?: unknown;
    readonly lock_version?: number | null;
    readonly epoch?: string | null;
    readonly viewer_seat?: number | null;
  };
}

interface Vectors {
  readonly messages: { name: string; direction: "server" | "client"; example: { type: string } }[];
  readonly sequences: { name: string; session: string; steps: Step[] }[];
}

function load<T>(name: string): T {
  const url = new URL(`../../../../docs/vectors/${name}`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as T;
}

const vectors = load<Vectors>("messages.json");

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("sequences", () => {
  it.each(vectors.sequences.map((sequence) => [sequence.name, sequence] as const))(
    "%s",
    (_, sequence) => {
      const transport = new FakeTransport();
      const sync = new GameSync<unknown>({
        session: sequence.session,
        url: "http://server",
        transports: [transport],
        page: new FakePage(),
      });
      sync.start();
      const connection = transport.last;
      const told: string[] = [];
      for (const name of ["event", "presence", "closed"] as const) {
        sync.on(name, () => told.push(name));
      }
      let held: Partial<Step["expect"]> = {};
      for (const { frame, expect: expected } of sequence.steps) {
        const before = { resyncs: connection.resyncs, told: told.length };
        connection.says(frame);
        const { outcome, ...now } = expected;
        held = { ...held, ...now };
        const state = sync.getState();
        const label = `after ${JSON.stringify(frame)}`;
        if (Object.keys(held).length > 0) {
          expect(
            {
              view: state.view,
              lock_version: state.version,
              epoch: state.epoch,
              viewer_seat: state.viewerSeat,
            },
            label,
          ).toEqual(held);
        }
        expect(connection.resyncs - before.resyncs, label).toBe(outcome === "resync" ? 1 : 0);
        const handedOn = ["event", "presence", "closed"].includes(outcome) ? [outcome] : [];
        expect(told.slice(before.told), label).toEqual(handedOn);
      }
      sync.close();
    },
  );
});

describe("messages", () => {
  it("has an example of every type", () => {
    const types = (direction: string) =>
      [
        ...new Set(
          vectors.messages.filter((m) => m.direction === direction).map((m) => m.example.type),
        ),
      ].sort();
    expect(types("server")).toEqual([
      "ack",
      "closed",
      "error",
      "game_event",
      "patch",
      "pong",
      "presence",
      "result",
      "snapshot",
      "update",
    ]);
    expect(types("client")).toEqual(["command", "ping", "subscribe", "token", "unsubscribe"]);
  });

  it.each(
    vectors.messages.filter((m) => m.direction === "server").map((m) => [m.name, m] as const),
  )("a client survives: %s", (_, message) => {
    const transport = new FakeTransport();
    const session = (message.example as { session?: string }).session ?? "7";
    const sync = new GameSync({ session, url: "http://server", transports: [transport] });
    sync.start();
    expect(() => transport.last.says(message.example)).not.toThrow();
    sync.close();
  });
});

describe("close codes", () => {
  const codes =
    load<
      {
        code: number;
        reason: string;
        comes_back: boolean;
        word: string | null;
        retry_ms: number | null;
      }[]
    >("close.json");

  it.each(codes.map((row) => [`${row.code} ${row.reason}`, row] as const))("%s", (_, row) => {
    expect(isFinal(row.code)).toBe(!row.comes_back);
    expect(parseReason(row.reason)).toEqual({ word: row.word, retry: row.retry_ms });
  });
});
