/**
 * `GameSync`: one session, kept in sync. Puts the parts together: which connection is the one that
 * counts, when the next attempt is made, what the listeners get to see.
 *
 * Invariant: at most one link counts (`#link`) and at most one better one is being tried (`#probe`);
 * whatever any other link says is ignored.
 */
import { Backoff, isFinal, parseReason } from "./backoff.js";
import { type Settings, withDefaults } from "./config.js";
import { Courier } from "./courier.js";
import { Emitter } from "./emitter.js";
import { ApiError } from "./errors.js";
import { Gate } from "./gate.js";
import { Ladder } from "./ladder.js";
import { Link, type LinkEvents } from "./link.js";
import type {
  ClosedMessage,
  GameEventMessage,
  PatchMessage,
  Position,
  PresenceMessage,
  ServerMessage,
  ViewMessage,
} from "./messages.js";
import { Tokens } from "./tokens.js";
import type { ConnectionEnd, Transport } from "./transports/transport.js";
import type {
  CommandResult,
  GameSyncOptions,
  SendOptions,
  Status,
  SyncEvents,
  SyncState,
} from "./types.js";
import { PageWatch } from "./watch.js";

/**
 * How long a newer view may wait for the answer to a command that is shown already, in milliseconds:
 * the view may hold that command's commit, and would show its effect twice.
 */
const SETTLE = 100;
/** How long before the login ends its token is renewed, in milliseconds. */
const RENEW_BEFORE = 30_000;

type Timer = ReturnType<typeof setTimeout> | undefined;

/** Keeps one session in sync. Does nothing before {@link GameSync.start}. */
export class GameSync<View, Command = unknown> {
  /** Id of the session. */
  readonly session: string;
  readonly #settings: Settings;
  readonly #gate = new Gate<View>();
  readonly #courier: Courier<View>;
  readonly #ladder: Ladder;
  readonly #backoff: Backoff;
  readonly #tokens: Tokens;
  readonly #emitter = new Emitter<SyncEvents & { state: SyncState<View> }>();
  readonly #linkEvents: LinkEvents = {
    message: (link, message) => this.#onMessage(link, message),
    synced: (link) => this.#onSynced(link),
    ended: (link, end) => this.#onEnded(link, end),
  };
  #state: SyncState<View>;
  #status: Status = {
    state: "connecting",
    transport: null,
    reason: null,
    code: null,
    retryIn: null,
  };
  #presence: PresenceMessage | null = null;
  #link: Link | null = null;
  #probe: Link | null = null;
  /** Null when not started. */
  #watch: PageWatch | null = null;
  #leaveAuth: (() => void) | undefined;
  #wasLive = false;
  /** Whether the listeners know of the newest state. */
  #told = true;
  #renewing = false;
  #lastError: string | null = null;
  #lastEvent: readonly [epoch: string, version: number, index: number] = ["", 0, 0];
  #retryTimer: Timer;
  #upgradeTimer: Timer;
  #renewTimer: Timer;
  #settleTimer: Timer;

  constructor(options: GameSyncOptions<View>) {
    const settings = withDefaults(options as GameSyncOptions<unknown>);
    const { url, fetch, auth, getToken, initial } = settings;
    this.#settings = settings;
    this.session = settings.session;
    this.#ladder = new Ladder(settings.transports, settings.fallbackAfter, settings.upgradeAfter);
    this.#backoff = new Backoff(settings.backoffBase, settings.backoffMax, settings.random);
    this.#tokens = new Tokens(auth, getToken, url, fetch);
    this.#courier = new Courier<View>(settings, this.#tokens, {
      way: () =>
        this.#link?.synced ? this.#link : this.#status.state === "paused" ? "http" : null,
      answered: (fresh) => {
        if (fresh) this.offer(fresh as ViewMessage<View>);
        this.#sawView();
      },
      renewToken: () => this.renewToken(),
    });
    if (initial && this.#mine(initial)) this.#gate.accept(initial);
    this.#state = this.#picture();
  }

  /** The picture now; the same object until something changes. */
  readonly getState = (): SyncState<View> => this.#state;

  /** Calls back after every change (once for changes in the same turn); returns the way out. */
  readonly subscribe = (listener: (state: SyncState<View>) => void): (() => void) =>
    this.#emitter.on("state", listener);

  /** Calls back with what comes beside the view; returns the way out. */
  readonly on = <Name extends keyof SyncEvents>(
    name: Name,
    listener: (payload: SyncEvents[Name]) => void,
  ): (() => void) => this.#emitter.on(name, listener as (payload: unknown) => void);

  /** Connects, and stays connected. Does nothing when it is started already. */
  start(): void {
    if (this.#watch) return;
    const { page, pauseAfter, auth } = this.#settings;
    this.#watch = new PageWatch(page, pauseAfter, {
      // An attempt that began without a network would only find out slowly.
      woke: (network) =>
        this.#link && (this.#link.synced || !network) ? this.#link.check() : this.#connect(),
      lost: () => this.#onLost(),
      rest: () => this.#pause(),
    });
    this.#status = { ...this.#status, reason: null, code: null };
    this.#leaveAuth = auth?.onChange?.((change) => {
      if (change === "identity") this.restart();
      else this.#renewQuietly();
    });
    this.#connect();
  }

  /** Disconnects. Commands without an answer are rejected with `CLOSED`. */
  close(): void {
    if (this.#watch) this.#finish("stopped", null);
  }

  /** Connects anew: for another login, or after the end. */
  restart(): void {
    if (this.#watch) this.#connect();
    else this.start();
  }

  /**
   * Gives the living connection a new token, so that it outlives its login: in place on a socket,
   * with a new stream that takes over on other transports. Default: fetches one.
   */
  renewToken(token?: string): Promise<void> {
    const link = this.#link;
    // Getting the token may itself renew the login, which asks for this again: once is enough.
    if (!link?.synced || this.#renewing) return Promise.resolve();
    if (!link.twoWay) {
      this.#probe ??= this.#open(link.transport, null);
      return Promise.resolve();
    }
    const renew = async () => {
      const fresh = token ?? (await this.#tokens.socket());
      if (!fresh) return;
      link.send({ type: "token", token: fresh });
      this.#armRenewal();
    };
    this.#renewing = true;
    return renew().finally(() => {
      this.#renewing = false;
    });
  }

  /**
   * Sends a command; resolves with the server's answer, rejects with `ApiError`. Without a
   * connection it waits for one, up to `commandTimeout`.
   */
  readonly send = (command: Command, options: SendOptions<View> = {}): Promise<CommandResult> => {
    if (!this.#watch) return Promise.reject(new ApiError(0, "CLOSED", "not connected"));
    const answer = this.#courier.outbox.add(command, options);
    this.#refresh();
    this.#tell();
    this.#courier.pump();
    return answer;
  };

  /** Shows a whole view that came by another way (a REST answer, say), if it is newer. */
  readonly offer = (message: ViewMessage<View>): void => {
    if (this.#mine(message) && this.#gate.offer(message) === "applied") this.#sawView();
  };

  #connect(): void {
    clearTimeout(this.#retryTimer);
    this.#drop();
    const transport = this.#ladder.current;
    if (!transport) {
      this.#finish("no-transport", null);
      return;
    }
    const { reason, code } = this.#status;
    this.#setDown(reason, code, null);
    this.#link = this.#open(transport, this.#gate.position);
  }

  #open(transport: Transport, since: Position | null): Link {
    const request = {
      ...this.#settings,
      since,
      token: (use: "ws" | "api") => (use === "ws" ? this.#tokens.socket() : this.#tokens.access()),
    };
    return new Link(transport, request, this.#settings, this.#linkEvents);
  }

  /** Lets go of both links; what was sent over them has to be sent again. */
  #drop(): void {
    clearTimeout(this.#upgradeTimer);
    clearTimeout(this.#renewTimer);
    this.#probe?.close();
    this.#probe = null;
    if (!this.#link) return;
    this.#link.close();
    this.#courier.outbox.lost(this.#link);
    this.#link = null;
  }

  #onMessage(link: Link, message: ServerMessage): void {
    if ("session" in message && !this.#mine(message)) return;
    const { type } = message;
    const view = type === "snapshot" || type === "update" || type === "patch";
    // Of a connection that is only tried, nothing but a view counts; with it, it takes over.
    if (link === this.#probe && view) this.#promote(link);
    if (link !== this.#link) return;
    if (view) this.#onView(link, message);
    else if (type === "result") this.#courier.onResult(message);
    else if (type === "game_event") this.#onEvent(message);
    else if (type === "presence") {
      this.#presence = message;
      this.#refresh();
      this.#emitter.emit("presence", message);
    } else if (type === "closed") {
      this.#onClosed(link, message);
    } else if (type === "error") {
      this.#lastError = message.code ?? message.detail ?? null;
      this.#emitter.emit("error", message);
    }
  }

  #onView(link: Link, message: ViewMessage | PatchMessage): void {
    const epoch = this.#gate.position?.epoch;
    const verdict = this.#gate.accept(message);
    if (verdict === "resync") {
      link.resync();
      return;
    }
    if (epoch !== message.epoch) this.#courier.outbox.forgetAccepted();
    // An old patch says nothing about a view that was asked for.
    if (verdict === "applied" || message.type !== "patch") link.confirm();
    if (verdict === "applied") this.#sawView();
  }

  #onEvent(message: GameEventMessage): void {
    const [version = 0, index = 0] = message.id.split(".").map(Number);
    const [epoch, lastVersion, lastIndex] = this.#lastEvent;
    const newer = version > lastVersion || (version === lastVersion && index > lastIndex);
    if (epoch === message.epoch && !newer) return;
    this.#lastEvent = [message.epoch, version, index];
    this.#emitter.emit("event", message);
  }

  #onClosed(link: Link, message: ClosedMessage): void {
    const { expires } = this.#tokens;
    if (message.reason === "permission_withdrawn" && expires !== null && expires < Date.now()) {
      // Only the login ran out (on a machine that slept, say): back with a fresh one.
      this.#onEnded(link, { code: 4401, reason: "login" });
      return;
    }
    this.#emitter.emit("closed", message);
    this.#finish(message.reason, null);
  }

  #onSynced(link: Link): void {
    if (link !== this.#link) return;
    this.#wasLive = true;
    this.#lastError = null;
    this.#backoff.reset();
    this.#ladder.works();
    const transport = link.transport.name;
    this.#setStatus({ state: "live", transport, reason: null, code: null, retryIn: null });
    this.#armUpgrade();
    this.#armRenewal();
    this.#courier.pump();
  }

  #onEnded(link: Link, end: ConnectionEnd): void {
    if (link === this.#probe) {
      this.#probe = null;
      this.#ladder.betterFailed();
      this.#armUpgrade();
      return;
    }
    if (link !== this.#link) return;
    this.#drop();
    const { word, retry } = parseReason(end.reason);
    const reason = word ?? this.#lastError;
    if (isFinal(end.code)) {
      this.#finish(reason, end.code);
      return;
    }
    if (end.code === 4401) this.#tokens.stale = true;
    // Only what looks like "this way is blocked" counts against a transport.
    const blocked = end.code < 4000 && end.code !== 1001 && end.code !== 1012;
    if (!link.synced && blocked && this.#watch?.online) {
      this.#ladder.failed(reason === "timeout" ? 2 : 1);
    }
    const wait = this.#backoff.next(retry);
    this.#setDown(reason, end.code, wait);
    this.#retryTimer = setTimeout(() => this.#connect(), wait);
  }

  /** The better transport works: from now on it counts. */
  #promote(link: Link): void {
    const old = this.#link;
    this.#link = link;
    this.#probe = null;
    this.#ladder.climbed(link.transport);
    old?.close();
    this.#courier.outbox.lost(old);
  }

  #armUpgrade(): void {
    clearTimeout(this.#upgradeTimer);
    const { better } = this.#ladder;
    if (!better || !this.#link?.synced) return;
    this.#upgradeTimer = setTimeout(() => {
      this.#probe ??= this.#open(better.transport, null);
    }, better.after);
  }

  #armRenewal(): void {
    clearTimeout(this.#renewTimer);
    const { expires } = this.#tokens;
    if (expires === null) return;
    const left = expires - Date.now();
    const after = Math.max(left - RENEW_BEFORE, left / 2);
    // Past a day there will be another attempt, or another timer, before the end.
    if (after <= 0 || after > 86_400_000) return;
    this.#renewTimer = setTimeout(() => {
      this.#tokens.stale = true;
      this.#renewQuietly();
    }, after);
  }

  /** If it fails, the server closes with 4401, and the next attempt asks again. */
  #renewQuietly(): void {
    this.renewToken().catch(() => {});
  }

  #onLost(): void {
    this.#link?.check();
    const { state, reason, code, retryIn } = this.#status;
    if (state === "connecting" || state === "reconnecting") this.#setDown(reason, code, retryIn);
  }

  /** Rests while the page is hidden, unless a command is under way. */
  #pause(): boolean {
    if (this.#courier.outbox.unanswered > 0) return false;
    clearTimeout(this.#retryTimer);
    this.#drop();
    const { transport } = this.#status;
    this.#setStatus({ state: "paused", transport, reason: "hidden", code: null, retryIn: null });
    return true;
  }

  /** The end, until `start()`. */
  #finish(reason: string | null, code: number | null): void {
    this.#watch?.stop();
    this.#watch = null;
    this.#leaveAuth?.();
    clearTimeout(this.#retryTimer);
    this.#drop();
    this.#wasLive = false;
    this.#courier.stop(reason ?? "closed");
    this.#setStatus({ state: "closed", transport: null, reason, code, retryIn: null });
  }

  #setDown(reason: string | null, code: number | null, retryIn: number | null): void {
    const up = this.#wasLive ? "reconnecting" : "connecting";
    const state = this.#watch?.online === false ? "offline" : up;
    const transport = this.#ladder.current?.name ?? null;
    this.#setStatus({ state, transport, reason, code, retryIn });
  }

  #mine(message: { readonly session?: unknown }): boolean {
    return String(message.session) === this.session;
  }

  #setStatus(status: Status): void {
    this.#status = status;
    this.#refresh();
    this.#emitter.emit("status", status);
  }

  /** The view or what is known of commands has changed. */
  #sawView(): void {
    const { outbox } = this.#courier;
    outbox.saw(this.#gate.position?.lock_version ?? 0);
    const newer = this.#gate.view !== this.#state.confirmed;
    if (newer && outbox.uncertain) this.#settleTimer ??= setTimeout(() => this.#refresh(), SETTLE);
    else this.#refresh();
  }

  #picture(): SyncState<View> {
    const { view, position } = this.#gate;
    const { outbox } = this.#courier;
    return {
      view: outbox.over(view),
      confirmed: view,
      version: position?.lock_version ?? null,
      epoch: position?.epoch ?? null,
      viewerSeat: position?.viewer_seat ?? null,
      status: this.#status,
      presence: this.#presence,
      pending: outbox.unanswered,
    };
  }

  #refresh(): void {
    clearTimeout(this.#settleTimer);
    this.#settleTimer = undefined;
    const next = this.#picture();
    const keys = Object.keys(next) as (keyof SyncState<View>)[];
    if (keys.every((key) => next[key] === this.#state[key])) return;
    this.#state = next;
    if (!this.#told) return;
    this.#told = false;
    queueMicrotask(() => this.#tell());
  }

  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    this.#emitter.emit("state", this.#state);
  }
}
