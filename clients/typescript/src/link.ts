/**
 * One attempt to be connected: a transport's connection with its time-outs. Ends once, and is silent
 * afterwards, so that nothing of an older attempt ever reaches the session.
 */
import type { ClientMessage, ServerMessage } from "./messages.js";
import type {
  Connection,
  ConnectionEnd,
  ConnectRequest,
  Transport,
} from "./transports/transport.js";

/** How long a probed socket may take to answer, in milliseconds. */
const PROBE_TIMEOUT = 10_000;
/** The same after the page woke or the network changed, when a dead socket is likely. */
const CHECK_TIMEOUT = 4_000;

/** The part of the settings that a link needs, in milliseconds. */
export interface LinkTimes {
  readonly connectTimeout: number;
  readonly heartbeat: number;
}

/** What a link tells its owner. */
export interface LinkEvents {
  message(link: Link, message: ServerMessage): void;
  /** In sync for the first time. */
  synced(link: Link): void;
  ended(link: Link, end: ConnectionEnd): void;
}

/** An attempt, from opening to its end. */
export class Link {
  readonly transport: Transport;
  /** Whether a view came, or the server confirmed that none is missing. */
  synced = false;
  readonly #connection: Connection;
  readonly #events: LinkEvents;
  readonly #times: LinkTimes;
  readonly #resumes: boolean;
  #over = false;
  #awaitsView = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(transport: Transport, request: ConnectRequest, times: LinkTimes, events: LinkEvents) {
    this.transport = transport;
    this.#events = events;
    this.#times = times;
    this.#resumes = request.since !== null;
    this.#await();
    this.#connection = transport.connect(request, {
      message: (message) => {
        if (!this.#over) events.message(this, message);
      },
      alive: (inSync) => {
        if (this.#over) return;
        if (this.synced && !this.#awaitsView) this.#watch();
        else if (inSync && this.#resumes && !this.#awaitsView) this.confirm();
      },
      ended: (end) => this.#end(end),
    });
  }

  /** Whether commands can go this way. */
  get twoWay(): boolean {
    return this.#connection.send !== undefined;
  }

  send(message: ClientMessage): void {
    if (!this.#over) this.#connection.send?.(message);
  }

  /** The owner took a view from this link, or knows a newer one: it is in sync. */
  confirm(): void {
    if (this.#over) return;
    this.#awaitsView = false;
    this.#watch();
    if (this.synced) return;
    this.synced = true;
    this.#events.synced(this);
  }

  /** Asks for a whole view, once until it comes; if it does not come in time, the link ends. */
  resync(): void {
    if (this.#over || this.#awaitsView) return;
    this.#awaitsView = true;
    this.#await();
    this.#connection.resync();
  }

  /** Finds out soon whether it is still alive. */
  check(): void {
    if (this.synced && !this.#awaitsView && this.twoWay) this.#probe(CHECK_TIMEOUT);
  }

  /** Ends it without telling. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#connection.close();
  }

  /** For a view. */
  #await(): void {
    this.#endAfter(this.#times.connectTimeout, "timeout");
  }

  /** For any sign of life. */
  #watch(): void {
    const { heartbeat } = this.#times;
    if (this.twoWay) this.#arm(heartbeat, () => this.#probe(PROBE_TIMEOUT));
    // One way: the server's own signs of life come at least as often as two heartbeats.
    else this.#endAfter(2 * heartbeat + PROBE_TIMEOUT, "silent");
  }

  #probe(timeout: number): void {
    this.#endAfter(timeout, "silent");
    this.send({ type: "ping" });
  }

  #endAfter(time: number, reason: string): void {
    this.#arm(time, () => this.#end({ code: 1006, reason }));
  }

  #end(end: ConnectionEnd): void {
    if (this.#over) return;
    this.close();
    this.#events.ended(this, end);
  }

  #arm(after: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, after);
  }
}
