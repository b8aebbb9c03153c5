/**
 * Stands where a Parlor with Nommie will stand: logins and tokens are those of a real server behind
 * it; the game is one hand of three cards, in the shapes of the contract and no more of its rules
 * than a test needs. Seats 2 and 3 are bots that do nothing.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

const HANDS = [
  ["2C", "TD", "AS"],
  ["3C", "4D", "KH"],
];

/** A socket with the seat of who opened it. */
interface Viewer {
  readonly socket: WebSocket;
  readonly user: string;
}

interface Body {
  readonly lock_version?: number;
  readonly is_ready?: boolean;
  readonly bid?: number;
}

export class NommieServer {
  url = "";
  /** False: sockets are refused, as the networks of some offices do. */
  sockets = true;
  /** Sockets that were ever opened, and those that are open now. */
  opened = 0;
  /** Every move is refused with these words. */
  refuse: string | null = null;
  /** `If-None-Match` of each request for the snapshot, and what was answered. */
  readonly reads: { readonly asked: string | undefined; readonly status: number }[] = [];
  #id = 4710;
  #held = -1;
  #version = 0;
  #seats: string[] = [];
  #spectators: string[] = [];
  #ready = new Set<number>();
  #bids: (number | null)[] = [];
  readonly #parlor: string;
  readonly #viewers = new Set<Viewer>();
  readonly #http = createServer((request, response) => {
    this.#answer(request, response).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  });

  constructor(parlor: string) {
    this.#parlor = parlor;
  }

  async open(): Promise<this> {
    const protocols = { handleProtocols: () => "parlor.v1" };
    const sockets = new WebSocketServer({ noServer: true, ...protocols });
    this.#http.on("upgrade", (request, socket, head) => {
      if (!this.sockets) socket.destroy();
      else sockets.handleUpgrade(request, socket, head, (one) => this.#follow(request, one));
    });
    await new Promise<void>((resolve) => this.#http.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
    return this;
  }

  /** The sockets that are open now. */
  get watching(): number {
    return this.#viewers.size;
  }

  /** From now on nothing is pushed to this seat. */
  hold(seat: number): void {
    this.#held = seat;
  }

  /** Somebody sits down, and nobody is told. */
  silence(): void {
    this.#seats.push("nobody");
    this.#version += 1;
  }

  /** Ends all sockets, as a broken network does. */
  cut(): void {
    for (const { socket } of this.#viewers) socket.terminate();
  }

  close(): void {
    this.cut();
    this.#http.closeAllConnections();
    this.#http.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = request;
    const body = await read(request);
    if (!url.startsWith("/api/games")) {
      const reply = await fetch(this.#parlor + url, {
        method,
        headers: pick(headers, ["authorization", "content-type"]),
        ...(method !== "GET" && { body }),
      });
      response.writeHead(reply.status, { "content-type": "application/json" });
      response.end(await reply.text());
      return;
    }
    const me = await fetch(`${this.#parlor}/api/auth/me`, {
      headers: pick(headers, ["authorization"]),
    });
    const { id: user = null } = (me.ok ? await me.json() : {}) as { id?: string };
    const [, , , id, ...verb] = url.split("?")[0]?.split("/") ?? [];
    if (user === null) problem(response, 401, "UNAUTHORIZED", "log in first");
    else if (id === undefined && method === "GET")
      json(response, 200, { games: this.#version ? [{ id: this.#id }] : [] });
    else if (id === undefined) json(response, 200, { game: { id: this.#begin(user) } });
    else if (id !== String(this.#id)) problem(response, 404, "GAME_NOT_FOUND", "no such game");
    else if (method === "GET") this.#snapshot(request, response, user);
    else this.#act(response, user, verb.join("/"), JSON.parse(body || "{}") as Body);
  }

  /** A new game; there is one at a time. */
  #begin(host: string): number {
    this.cut();
    this.refuse = null;
    this.#held = -1;
    this.#id += 1;
    this.#version = 1;
    this.#seats = [host];
    this.#spectators = [];
    this.#ready.clear();
    this.#bids = [null, null, 1, 0];
    this.opened = 0;
    this.reads.length = 0;
    return this.#id;
  }

  #snapshot(request: IncomingMessage, response: ServerResponse, user: string): void {
    if (!this.#seats.includes(user) && !this.#spectators.includes(user)) {
      problem(response, 403, "NOT_A_MEMBER", "join or watch first");
      return;
    }
    const asked = request.headers["if-none-match"];
    const status = asked === this.#etag ? 304 : 200;
    this.reads.push({ asked, status });
    const seat = this.#seats.indexOf(user);
    response.setHeader("etag", this.#etag);
    if (seat >= 0) response.setHeader("x-viewer-seat", seat);
    if (status === 304) response.writeHead(304).end();
    else json(response, 200, this.#envelope(seat));
  }

  #act(response: ServerResponse, user: string, verb: string, body: Body): void {
    const seat = this.#seats.indexOf(user);
    const { lock_version: expected } = body;
    if (verb !== "join" && verb !== "spectate" && expected !== this.#version) {
      problem(response, 409, "OPTIMISTIC_LOCK", "the game has moved on", {
        expected,
        actual: this.#version,
        snapshot: this.#envelope(seat),
      });
      return;
    }
    if (this.refuse) {
      problem(response, 422, "PHASE_MISMATCH", this.refuse);
      return;
    }
    if (verb === "join") this.#seats.push(user);
    else if (verb === "spectate") this.#spectators.push(user);
    else if (verb === "ready" && body.is_ready) this.#ready.add(seat);
    else if (verb === "ready") this.#ready.delete(seat);
    else if (verb === "bid") this.#bids[seat] = body.bid ?? 0;
    this.#version += 1;
    for (const viewer of this.#viewers) this.#push(viewer);
    response.writeHead(204, { etag: this.#etag }).end();
  }

  /** A socket says who it is by a token that the real server takes, once. */
  #follow(request: IncomingMessage, socket: WebSocket): void {
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(/, */);
    const behind = new WebSocket(`${this.#parlor.replace("http", "ws")}/ws`, offered);
    behind.once("message", (text) => {
      const ack = JSON.parse(String(text)) as { type: string; user_id: string | null };
      behind.close();
      if (ack.type !== "ack" || !ack.user_id) {
        socket.close(4401, "login");
        return;
      }
      const viewer = { socket, user: ack.user_id };
      this.opened += 1;
      this.#viewers.add(viewer);
      socket.once("close", () => this.#viewers.delete(viewer));
      socket.send(JSON.stringify(ack));
      this.#push(viewer);
    });
    socket.on("message", (text) => {
      if (JSON.parse(String(text)).type === "ping") socket.send('{"type":"pong"}');
    });
  }

  #push({ socket, user }: Viewer): void {
    const seat = this.#seats.indexOf(user);
    if (seat === this.#held && seat >= 0) return;
    const data = this.#envelope(seat);
    const viewer_seat = seat < 0 ? null : seat;
    socket.send(
      JSON.stringify({
        type: "snapshot",
        version: 1,
        session: this.#id,
        epoch: "e1",
        lock_version: this.#version,
        viewer_seat,
        data,
      }),
    );
  }

  get #etag(): string {
    return `"game-${this.#id}-v${this.#version}"`;
  }

  get #started(): boolean {
    return this.#ready.size === 2;
  }

  get #toAct(): number {
    return this.#bids.indexOf(null);
  }

  #envelope(seat: number) {
    const bids = this.#bids;
    const started = this.#started;
    const round = {
      hand_size: 3,
      leader: 0,
      bid_winner: null,
      trump: null,
      tricks_won: [0, 0, 0, 0],
      bids,
    };
    const bidding = { round, to_act: this.#toAct, bids, min_bid: 0, max_bid: 3, last_trick: null };
    const acts = started && seat >= 0 && seat === this.#toAct;
    return {
      snapshot: {
        game: {
          round_no: started ? 1 : 0,
          dealer: 3,
          host_seat: 0,
          scores_total: [0, 0, 0, 0],
          seating: [0, 1, 2, 3].map((one) => ({
            seat: one,
            user_id: this.#seats[one] ?? null,
            display_name: one > 1 ? `Bot ${one}` : this.#seats[one] ? `Player ${one}` : null,
            is_ai: one > 1,
            is_ready: one > 1 || this.#ready.has(one),
          })),
        },
        phase: started ? { phase: "Bidding", data: bidding } : { phase: "Init" },
      },
      viewer_hand: started ? (HANDS[seat] ?? null) : null,
      viewer_legal: acts ? { bids: [0, 1, 3] } : null,
      lock_version: this.#version,
    };
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function problem(
  response: ServerResponse,
  status: number,
  code: string,
  detail: string,
  extensions: object = {},
): void {
  json(response, status, { status, code, detail, extensions });
}

function pick(headers: IncomingMessage["headers"], names: readonly string[]) {
  const given = names.map((name) => [name, headers[name]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as {
    [name: string]: string;
  };
}

async function read(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const piece of request) body += piece;
  return body;
}
