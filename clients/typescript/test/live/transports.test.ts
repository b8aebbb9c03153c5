/** A board on a real server, over each transport. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ApiError, TransportName } from "../../src/index.js";
import { closeAll, expectSame, follow, live, names, newBoard, titled, until } from "./help.js";
import { Server } from "./server.js";

let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterEach(closeAll);
afterAll(() => server?.dispose());

describe.each(["websocket", "sse", "polling"] as const)("%s", (transport: TransportName) => {
  const only = { transports: [transport] };

  it("shows one client what another does, in order and with the same versions", async () => {
    const { owner, session } = await newBoard(server);
    const writer = follow(server, session, { ...only, auth: owner });
    const watcher = follow(server, session, only);
    await Promise.all([live(writer), live(watcher)]);
    expect(watcher.getState().status).toMatchObject({ state: "live", transport });
    expect(watcher.getState().view).toMatchObject({ title: "Friday", players: [], teams: [] });
    const seen: number[] = [];
    watcher.subscribe(({ version }) => seen.push(version ?? -1));
    const first = await writer.send({ do: "add_player", name: "Ada" });
    const second = await writer.send({ do: "add_player", name: "Bo" });
    expect(second.lockVersion).toBe(first.lockVersion + 1);
    for (const sync of [writer, watcher]) {
      const state = await until(
        sync,
        "both players",
        ({ version }) => version === second.lockVersion,
      );
      expect(names(state)).toEqual(["Ada", "Bo"]);
      expect(state.confirmed).toEqual(state.view);
    }
    expectSame(writer, watcher);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const body = await owner.session(session);
    expect(body).toMatchObject({ game: "scoreboard", status: "running", session });
    expect(body.data).toEqual(watcher.getState().view);
    expect(body.lock_version).toBe(watcher.getState().version);
  });

  it("shows an optimistic command at once and never twice", async () => {
    const { owner, session } = await newBoard(server);
    const sync = follow(server, session, { ...only, auth: owner });
    await live(sync);
    const counts: number[] = [];
    sync.subscribe(({ view }) => counts.push(view?.players.length ?? -1));
    const player = { id: "?", name: "Ada", team_id: null, drinks: [] };
    const answer = sync.send(
      { do: "add_player", name: "Ada" },
      { optimistic: (view) => ({ ...view, players: [...view.players, player] }) },
    );
    expect(counts).toEqual([1]);
    const { lockVersion } = await answer;
    const state = await until(sync, "the commit", ({ version }) => (version ?? 0) >= lockVersion);
    expect(state.view?.players).toHaveLength(1);
    expect(state.view?.players[0]?.id).not.toBe("?");
    expect(new Set(counts)).toEqual(new Set([1]));
  });

  it("rolls back a stale command, and shows what made it stale", async () => {
    const { owner, session } = await newBoard(server);
    const sync = follow(server, session, { ...only, auth: owner });
    const before = await live(sync);
    const { lockVersion } = await owner.command(session, { do: "set_title", title: "Saturday" });
    const error = await sync
      .send(
        { do: "set_title", title: "Sunday" },
        {
          lockVersion: before.version ?? 0,
          optimistic: (view) => ({ ...view, title: "Sunday" }),
        },
      )
      .catch((thrown: ApiError) => thrown);
    expect(error).toMatchObject({
      name: "ApiError",
      code: "OPTIMISTIC_LOCK",
      conflict: true,
      status: 409,
      extensions: { expected: before.version, actual: lockVersion },
    });
    expect(sync.getState()).toMatchObject({ version: lockVersion, view: { title: "Saturday" } });
  });

  it("rolls back what the rules refuse", async () => {
    const { owner, session } = await newBoard(server);
    const sync = follow(server, session, { ...only, auth: owner });
    const { version } = await live(sync);
    const answer = sync.send(
      { do: "add_drink", player_id: "999999", drink_id: "1", amount: 1 },
      { optimistic: (view) => ({ ...view, title: "refused" }) },
    );
    expect(sync.getState().view?.title).toBe("refused");
    const error = await answer.catch((thrown: ApiError) => thrown);
    expect(error).toMatchObject({ name: "ApiError", code: expect.stringMatching(/^[A-Z_]+$/) });
    expect(sync.getState()).toMatchObject({ version, view: { title: "Friday" }, pending: 0 });
  });

  it("applies a repeated command once and answers the same", async () => {
    const { owner, session } = await newBoard(server);
    const sync = follow(server, session, { ...only, auth: owner });
    await live(sync);
    const id = `key-${transport}`;
    const first = await sync.send({ do: "add_player", name: "Ada" }, { id });
    const again = await sync.send({ do: "add_player", name: "Ada" }, { id });
    expect(again).toEqual(first);
    const other = await owner.command(session, { do: "add_player", name: "Ada" }, { id });
    expect(other).toEqual(first);
    const { data } = await owner.session<{ players: unknown[] }>(session);
    expect(data.players).toHaveLength(1);
  });

  it("ends for good when the board is deleted", async () => {
    const { owner, session } = await newBoard(server);
    const sync = follow(server, session, only);
    await live(sync);
    await owner.deleteSession(session);
    const { status, view } = await until(
      sync,
      "closed",
      ({ status: { state } }) => state === "closed",
    );
    expect(status.reason).toMatch(/deleted|session_not_found/);
    expect(view?.title).toBe("Friday");
  });

  it("ends for good when there is no such session", async () => {
    const sync = follow(server, "4503599627370495", only);
    const { status } = await until(sync, "closed", ({ status: { state } }) => state === "closed");
    expect(status.code).toBe(4504);
  });

  it("comes back after the server was killed, with nothing lost", async () => {
    const own = await Server.start();
    try {
      const { owner, session } = await newBoard(own);
      const writer = follow(own, session, { ...only, auth: owner });
      const watcher = follow(own, session, only);
      await Promise.all([live(writer), live(watcher)]);
      await writer.send({ do: "add_player", name: "before" });
      const { lockVersion } = await writer.send({ do: "set_title", title: "kept" }, { id: "kept" });
      await Promise.all([titled(writer, "kept"), titled(watcher, "kept")]);
      await own.stop("SIGKILL");
      await until(watcher, "the drop", ({ status }) => status.state === "reconnecting");
      await until(writer, "the drop", ({ status }) => status.state === "reconnecting");
      expect(watcher.getState().view?.title).toBe("kept");
      const waiting = writer.send(
        { do: "add_player", name: "meanwhile" },
        {
          optimistic: (view) => ({
            ...view,
            players: [...view.players, { id: "?", name: "meanwhile", team_id: null, drinks: [] }],
          }),
        },
      );
      expect(names(writer.getState())).toEqual(["before", "meanwhile"]);
      await own.start();
      await Promise.all([live(writer), live(watcher)]);
      const { lockVersion: after } = await waiting;
      expect(after).toBe(lockVersion + 1);
      for (const sync of [writer, watcher]) {
        const state = await until(sync, "the commit", ({ version }) => version === after);
        expect(names(state)).toEqual(["before", "meanwhile"]);
        expect(state.view?.title).toBe("kept");
      }
      // The key of before the crash still answers what it answered.
      const again = await writer.send({ do: "set_title", title: "kept" }, { id: "kept" });
      expect(again.lockVersion).toBe(lockVersion);
      expectSame(writer, watcher);
    } finally {
      closeAll();
      await own.dispose();
    }
  });
});
