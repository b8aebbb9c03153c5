/** Seats, events and the end, with a session that a backend mirrors. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Api, type GameEventMessage } from "../../src/index.js";
import { closeAll, follow, guest, live, until } from "./help.js";
import { Server } from "./server.js";

interface View {
  readonly public: { readonly turn: number };
  readonly seat: { readonly cards: readonly string[] } | null;
}

let server: Server;
let backend: Api;
let token: string;

beforeAll(async () => {
  server = await Server.start();
  backend = new Api({ url: server.url });
  token = await server.serviceToken();
});
afterEach(closeAll);
afterAll(() => server?.dispose());

const put = (session: string, body: object) =>
  backend.request("PUT", `/api/sessions/${session}`, { token, body });

async function newMirror(player: Api): Promise<string> {
  const options = {
    title: "Cards",
    public: { turn: 0 },
    seats: { 0: { cards: ["7H"] }, 1: { cards: ["8H"] } },
    players: { 0: player.user?.id },
  };
  const body = { game: "mirror", options };
  const made = await backend.request<{ session: string }>("POST", "/api/sessions", { token, body });
  return made.session;
}

/** A socket that can be cut. */
function cuttable() {
  const sockets: WebSocket[] = [];
  class Cuttable extends WebSocket {
    constructor(url: string, protocols?: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  return { WebSocket: Cuttable, cut: () => sockets.at(-1)?.terminate() };
}

describe.each(["websocket", "sse", "polling"] as const)("%s", (transport) => {
  it("shows a player their seat and a spectator none", async () => {
    const player = await guest(server);
    const session = await newMirror(player);
    const seated = follow<View>(server, session, { transports: [transport], auth: player });
    const spectator = follow<View>(server, session, { transports: [transport] });
    await Promise.all([live(seated), live(spectator)]);
    expect(seated.getState()).toMatchObject({
      viewerSeat: 0,
      view: { public: { turn: 0 }, seat: { cards: ["7H"] } },
    });
    expect(spectator.getState()).toMatchObject({ viewerSeat: null, view: { seat: null } });
    await put(session, { public: { turn: 1 }, seats: { 0: { cards: [] } } });
    await until(seated, "the turn", ({ view }) => view?.public.turn === 1);
    expect(seated.getState().view?.seat).toEqual({ cards: [] });
    await until(spectator, "the turn", ({ view }) => view?.public.turn === 1);
    expect(JSON.stringify(spectator.getState().view)).not.toContain("cards");
  });

  it("shows the new seat to one who is seated, and takes it from one who is not any more", async () => {
    const [first, second] = [await guest(server, "Ada"), await guest(server, "Bo")];
    const session = await newMirror(first);
    const clients = [first, second].map((auth) =>
      follow<View>(server, session, { transports: [transport], auth }),
    );
    await Promise.all(clients.map(live));
    await put(session, { public: { turn: 1 }, players: { 0: second.user?.id } });
    const [was, is] = clients as [(typeof clients)[0], (typeof clients)[0]];
    await until(
      was,
      "no seat",
      ({ view, viewerSeat }) => viewerSeat === null && view?.seat === null,
    );
    await until(is, "a seat", ({ view, viewerSeat }) => viewerSeat === 0 && view?.seat !== null);
    await put(session, { public: { turn: 2 } });
    await until(was, "the turn", ({ view }) => view?.public.turn === 2);
    await until(is, "the turn", ({ view }) => view?.public.turn === 2);
    expect(was.getState().view?.seat).toBeNull();
    expect(is.getState().view?.seat).toEqual({ cards: ["7H"] });
  });

  it("ends with the last view when the session ends", async () => {
    const session = await newMirror(await guest(server));
    const sync = follow<View>(server, session, { transports: [transport] });
    await live(sync);
    await put(session, { public: { turn: 9 }, ended: true });
    await until(sync, "the last view", ({ view }) => view?.public.turn === 9);
    const { status } = await until(sync, "closed", (state) => state.status.state === "closed");
    expect(status.reason).toBe("ended");
    const late = follow<View>(server, session, { transports: [transport] });
    const end = await until(late, "closed", (state) => state.status.state === "closed");
    expect(end).toMatchObject({ status: { reason: "ended" }, view: { public: { turn: 9 } } });
  });
});

describe.each(["websocket", "sse"] as const)("events over %s", (transport) => {
  it("come once each, in order, and only those that this viewer may know", async () => {
    const player = await guest(server);
    const session = await newMirror(player);
    const heard: Record<string, GameEventMessage[]> = { player: [], spectator: [] };
    const clients = {
      player: follow<View>(server, session, { transports: [transport], auth: player }),
      spectator: follow<View>(server, session, { transports: [transport] }),
    };
    for (const [name, sync] of Object.entries(clients)) {
      sync.on("event", (event) => heard[name]?.push(event));
      await live(sync);
    }
    await put(session, { public: { turn: 1 }, events: [{ result: "a" }, { result: "b" }] });
    await put(session, { public: { turn: 2 }, events: [{ result: "secret", seats: [0] }] });
    await put(session, { public: { turn: 3 }, events: [{ result: "c" }] });
    for (const sync of Object.values(clients)) {
      await until(sync, "the turn", ({ view }) => view?.public.turn === 3);
    }
    const results = (name: string) => heard[name]?.map((event) => JSON.stringify(event.result));
    expect(results("spectator")).toHaveLength(3);
    expect(results("player")).toHaveLength(4);
    expect(JSON.stringify(heard.spectator)).not.toContain("secret");
    const ids = heard.player?.map(({ id }) => id) ?? [];
    expect(new Set(ids).size).toBe(4);
    expect(heard.player?.[0]).toMatchObject({ type: "game_event", game_type: "mirror", session });
  });
});

describe("events over a cut socket", () => {
  it("that were missed come with the resume, and none twice", async () => {
    const session = await newMirror(await guest(server));
    const wire = cuttable();
    const sync = follow<View>(server, session, { ...wire, transports: ["websocket"] });
    const ids: string[] = [];
    sync.on("event", ({ id }) => ids.push(id));
    await live(sync);
    await put(session, { public: { turn: 1 }, events: [{ result: "before" }] });
    await until(sync, "the turn", ({ view }) => view?.public.turn === 1);
    wire.cut();
    await until(sync, "the cut", ({ status }) => status.state === "reconnecting");
    await put(session, { public: { turn: 2 }, events: [{ result: "m1" }, { result: "m2" }] });
    await until(sync, "the turn", ({ view }) => view?.public.turn === 2);
    await live(sync);
    await put(session, { public: { turn: 3 }, events: [{ result: "after" }] });
    await until(sync, "the turn", ({ view }) => view?.public.turn === 3);
    expect(ids).toEqual(["2.0", "3.0", "3.1", "4.0"]);
  });
});
