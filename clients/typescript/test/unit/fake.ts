/** A transport driven by hand, a page driven by hand, and messages in short. */
import { GameSync, type GameSyncOptions } from "../../src/index.js";
import type { ClientMessage, PatchOperation, ServerMessage } from "../../src/messages.js";
import type {
  Connection,
  ConnectionEvents,
  ConnectRequest,
  Transport,
  TransportName,
} from "../../src/transports/transport.js";
import type { PageSignals } from "../../src/types.js";

export interface Board {
  readonly n: number;
  readonly tags?: readonly string[];
}

export const EPOCH = "5f0c";
export const SESSION = "7";

/** One connection that the client asked for. */
export class FakeConnection implements Connection {
  readonly sent: ClientMessage[] = [];
  resyncs = 0;
  closed = false;
  readonly request: ConnectRequest;
  readonly send?: (message: ClientMessage) => void;
  readonly #events: ConnectionEvents;

  constructor(request: ConnectRequest, events: ConnectionEvents, twoWay: boolean) {
    this.request = request;
    this.#events = events;
    if (twoWay) this.send = (message) => this.sent.push(message);
  }

  resync(): void {
    this.resyncs += 1;
  }

  close(): void {
    this.closed = true;
  }

  /** The server says this. Works on a closed one too: a late frame of an older attempt. */
  says(...messages: unknown[]): void {
    for (const message of messages) {
      this.#events.alive((message as { type: string }).type === "pong");
      this.#events.message(message as ServerMessage);
    }
  }

  ends(code: number, reason = ""): void {
    this.#events.ended({ code, reason });
  }

  get commands() {
    return this.sent.filter((message) => message.type === "command");
  }
}

/** Makes connections and remembers them. */
export class FakeTransport implements Transport {
  readonly connections: FakeConnection[] = [];
  readonly name: TransportName;
  readonly #twoWay: boolean;

  constructor(name: TransportName = "websocket") {
    this.name = name;
    this.#twoWay = name === "websocket";
  }

  supported(): boolean {
    return true;
  }

  connect(request: ConnectRequest, events: ConnectionEvents): Connection {
    const connection = new FakeConnection(request, events, this.#twoWay);
    this.connections.push(connection);
    return connection;
  }

  get last(): FakeConnection {
    const last = this.connections.at(-1);
    if (!last) throw new Error(`${this.name}: no connection was asked for`);
    return last;
  }
}

/** A page whose visibility and network the test sets. */
export class FakePage implements PageSignals {
  isHidden = false;
  isOnline = true;
  readonly #listeners = new Set<() => void>();

  hidden = () => this.isHidden;
  online = () => this.isOnline;
  listen = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(state: { hidden?: boolean; online?: boolean }): void {
    this.isHidden = state.hidden ?? this.isHidden;
    this.isOnline = state.online ?? this.isOnline;
    for (const listener of this.#listeners) listener();
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

/** A WebSocket whose server is the test; `all` are those that were opened, in order. */
export class FakeSocket {
  static all: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 1;
  closed = false;
  readonly sent: { readonly type: string }[] = [];

  constructor(
    readonly url: string,
    readonly protocols?: string[],
  ) {
    FakeSocket.all.push(this);
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(): void {
    this.closed = true;
  }

  says(...messages: object[]): void {
    for (const message of messages) this.onmessage?.({ data: JSON.stringify(message) });
  }
}

/** A started instance over a fake transport, with jitter at its upper bound. */
export function setUp(options: Partial<GameSyncOptions<Board>> = {}) {
  const transport = new FakeTransport();
  const page = new FakePage();
  const sync = new GameSync<Board>({
    session: SESSION,
    url: "http://server",
    transports: [transport],
    page,
    random: () => 0.999_999,
    ...options,
  });
  sync.start();
  return { transport, page, sync };
}

/** The same, and in sync at version 1 with `{n: 1}`. */
export function setUpLive(options: Partial<GameSyncOptions<Board>> = {}) {
  const made = setUp(options);
  made.transport.last.says(snapshot(1));
  return made;
}

export function snapshot(version: number, data: unknown = { n: version }, more: object = {}) {
  return {
    type: "snapshot" as const,
    version: 1,
    session: SESSION,
    epoch: EPOCH,
    lock_version: version,
    viewer_seat: null,
    data: data as Board,
    ...more,
  };
}

export function update(version: number, data: unknown = { n: version }) {
  return { ...snapshot(version, data), type: "update" as const };
}

export function patch(version: number, operations: PatchOperation[], base = version - 1) {
  const { data: _, ...envelope } = snapshot(version);
  return { ...envelope, type: "patch" as const, base, patch: operations };
}

export function setN(version: number, n = version, base = version - 1) {
  return patch(version, [{ op: "replace", path: "/n", value: n }], base);
}

/** The reply to the command with this id. */
export function result(id: string | undefined, version: number, data: unknown = null) {
  return { type: "result", version: 1, ref: id, session: SESSION, lock_version: version, data };
}

export function refusal(id: string | undefined, code: string, more: object = {}) {
  const error = { code, message: `refused: ${code}`, ...more };
  return { type: "result", version: 1, ref: id, session: SESSION, error };
}

/** What a promise came to, without waiting for it. */
export function outcomeOf<T>(promise: Promise<T>): { value?: T; error?: unknown } {
  const outcome: { value?: T; error?: unknown } = {};
  promise.then(
    (value) => {
      outcome.value = value;
    },
    (error: unknown) => {
      outcome.error = error;
    },
  );
  return outcome;
}
