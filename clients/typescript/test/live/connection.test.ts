/** Patches, presence, tokens, fallback and drain against a real server. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Api, type ApiError } from "../../src/index.js";
import type { ServerMessage } from "../../src/messages.js";
import {
  closeAll,
  expectSame,
  follow,
  guest,
  live,
  names,
  newBoard,
  titled,
  until,
} from "./help.js";
import { Server } from "./server.js";

let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterEach(closeAll);
afterAll(() => server?.dispose());

/** Sockets that write down what they were told, and can be cut. */
function recorded() {
  const frames: ServerMessage[] = [];
  const sockets: WebSocket[] = [];
  const urls: string[] = [];
  const lossy = { swallow: 0 };
  class Recorded extends WebSocket {
    constructor(url: string, protocols?: string[]) {
      super(url, protocols);
      urls.push(url);
      sockets.push(this);
      this.on("message", (data) => frames.push(JSON.parse(String(data)) as ServerMessage));
    }

    override emit(name: string | symbol, ...rest: unknown[]): boolean {
      if (name !== "message" || lossy.swallow === 0) return super.emit(name, ...rest);
      lossy.swallow -= 1;
      return true;
    }
  }
  return {
    WebSocket: Recorded,
    frames,
    urls,
    sockets,
    types: () => frames.map((frame) => frame.type),
    lossy,
    cut: () => sockets.at(-1)?.terminate(),
  };
}

describe("the stream", () => {
  it("carries patches when they are smaller, and whole views to who wants no patches", async () => {
    const { owner, session } = await newBoard(server);
    for (let n = 0; n < 20; n += 1) {
      await owner.command(session, { do: "add_player", name: `Player ${n}` });
    }
    const wire = recorded();
    const plain = recorded();
    const patched = follow(server, session, { ...wire, transports: ["websocket"] });
    const whole = follow(server, session, { ...plain, transports: ["websocket"], patch: false });
    await Promise.all([live(patched), live(whole)]);
    await owner.command(session, { do: "set_title", title: "patched" });
    await Promise.all([titled(patched, "patched"), titled(whole, "patched")]);
    expectSame(patched, whole);
    expect(wire.types()).toContain("patch");
    expect(plain.types()).toContain("update");
    expect(plain.types()).not.toContain("patch");
  });

  it("resumes with what was missed after a cut, and without anything when nothing was", async () => {
    const { owner, session } = await newBoard(server);
    const wire = recorded();
    const sync = follow(server, session, { ...wire, transports: ["websocket"] });
    const { version, epoch } = await live(sync);
    wire.cut();
    await until(sync, "the cut", ({ status }) => status.state === "reconnecting");
    await live(sync);
    expect(new URL(wire.urls[1] ?? "").searchParams.get("since")).toBe(`${epoch}:${version}:all`);
    await owner.command(session, { do: "set_title", title: "again" });
    await titled(sync, "again");
    wire.cut();
    await until(sync, "the cut", ({ status }) => status.state === "reconnecting");
    await owner.command(session, { do: "set_title", title: "missed" });
    const state = await titled(sync, "missed");
    const body = await owner.session(session);
    expect(state.view).toEqual(body.data);
    expect(state.version).toBe(body.lock_version);
  });

  it("follows many quick changes to the end", async () => {
    const { owner, session } = await newBoard(server);
    const writer = follow(server, session, { auth: owner });
    const watchers = (["websocket", "sse", "polling"] as const).map((transport) =>
      follow(server, session, { transports: [transport] }),
    );
    await Promise.all([writer, ...watchers].map(live));
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => writer.send({ do: "add_player", name: `Player ${n}` })),
    );
    const last = Math.max(...answers.map(({ lockVersion }) => lockVersion));
    for (const sync of [writer, ...watchers]) {
      const state = await until(sync, "the last", ({ version }) => version === last);
      expect(names(state)).toEqual(Array.from({ length: 50 }, (_, n) => `Player ${n}`));
    }
    expectSame(writer, ...watchers);
  });

  it("asks for a whole view when a patch was lost", async () => {
    const { owner, session } = await newBoard(server);
    for (let n = 0; n < 10; n += 1) await owner.command(session, { do: "add_team", name: `T${n}` });
    const wire = recorded();
    const sync = follow(server, session, { ...wire, transports: ["websocket"] });
    await live(sync);
    // The presence that follows a subscription is not what is to be lost.
    await until(sync, "presence", ({ presence }) => presence !== null);
    wire.lossy.swallow = 1;
    await owner.command(session, { do: "set_title", title: "lost" });
    await expect.poll(() => wire.lossy.swallow).toBe(0);
    expect(sync.getState().view?.title).toBe("Friday");
    await owner.command(session, { do: "set_title", title: "two" });
    const state = await titled(sync, "two");
    expect(state.view?.teams).toHaveLength(10);
    expect(state.status.state).toBe("live");
    expect(wire.sockets).toHaveLength(1);
    expect(wire.types().slice(-3)).toEqual(["patch", "ack", "snapshot"]);
  });

  it("tells who is here", async () => {
    const { session } = await newBoard(server);
    const first = follow(server, session, { transports: ["websocket"] });
    await live(first);
    const second = follow(server, session, { transports: ["websocket"] });
    await until(first, "two viewers", ({ presence }) => presence?.viewers === 2);
    second.close();
    await until(first, "one viewer", ({ presence }) => presence?.viewers === 1);
  });
});

describe("tokens", () => {
  it("lets everybody watch, and nobody change without a login", async () => {
    const { session } = await newBoard(server);
    for (const transport of ["websocket", "sse"] as const) {
      const sync = follow(server, session, { transports: [transport] });
      const { version } = await live(sync);
      const error = await sync
        .send({ do: "set_title", title: "mine" })
        .catch((thrown: ApiError) => thrown);
      expect(error).toMatchObject({ code: "UNAUTHORIZED", status: 401 });
      expect(sync.getState().version).toBe(version);
    }
  });

  it("refuses a stranger, and lets them in with a code", async () => {
    const { owner, session } = await newBoard(server);
    const stranger = await guest(server, "Eve");
    const sync = follow(server, session, { auth: stranger });
    await live(sync);
    const error = await sync
      .send({ do: "set_title", title: "mine" })
      .catch((thrown: ApiError) => thrown);
    expect(error).toMatchObject({ name: "ApiError", code: expect.any(String) });
    expect([403, 422]).toContain((error as ApiError).status);
    const { data } = await owner.command(session, { do: "invite" });
    await stranger.command(session, { do: "join", code: (data as { code: string }).code });
    await sync.send({ do: "set_title", title: "ours" });
    await titled(sync, "ours");
  });

  it("uses a token of its own for each socket, once", async () => {
    const { owner, session } = await newBoard(server);
    const wire = recorded();
    const given: string[] = [];
    const sync = follow(server, session, {
      ...wire,
      transports: ["websocket"],
      async getToken() {
        const { token } = await owner.request<{ token: string }>("POST", "/api/ws/token");
        given.push(token);
        return token;
      },
    });
    await live(sync);
    await sync.send({ do: "set_title", title: "by socket" });
    expect(wire.frames[0]).toMatchObject({ type: "ack", user_id: owner.user?.id });
    wire.cut();
    await until(sync, "the cut", ({ status }) => status.state === "reconnecting");
    await live(sync);
    expect(new Set(given).size).toBe(2);
    // Neither opens a second socket, nor anything over REST.
    const reused = follow(server, session, {
      transports: ["websocket"],
      getToken: () => given[0] ?? "",
      backoffBase: 5000,
    });
    const { status } = await until(reused, "refused", (state) => state.status.code !== null);
    expect(status).toMatchObject({ code: 4401 });
    expect(["connecting", "reconnecting"]).toContain(status.state);
    const rest = new Api({ url: server.url });
    const error = await rest
      .request("GET", "/api/auth/me", { token: given[1] ?? "" })
      .catch((thrown: ApiError) => thrown);
    expect(error).toMatchObject({ status: 401 });
  });

  it("comes back with a fresh token after a bad one", async () => {
    const { owner, session } = await newBoard(server);
    const asked: boolean[] = [];
    const sync = follow(server, session, {
      auth: {
        accessToken(fresh) {
          asked.push(fresh);
          return fresh ? owner.accessToken() : "not-a-token";
        },
      },
    });
    await live(sync);
    expect(asked.slice(0, 2)).toEqual([false, true]);
    await sync.send({ do: "set_title", title: "fresh" });
  });

  it("renews the login of a living socket in place", async () => {
    const { owner, session } = await newBoard(server);
    const wire = recorded();
    const sync = follow(server, session, { ...wire, auth: owner, transports: ["websocket"] });
    await live(sync);
    await owner.accessToken(true);
    await expect
      .poll(() => wire.frames.some((f) => f.type === "ack" && f.topic === "token"))
      .toBe(true);
    await sync.send({ do: "set_title", title: "renewed" });
    expect(wire.sockets).toHaveLength(1);
    expect(wire.types()).not.toContain("error");
  });

  it("becomes the user who logs in while it watches", async () => {
    const { owner, session } = await newBoard(server);
    const api = new Api({ url: server.url });
    const wire = recorded();
    const sync = follow(server, session, { ...wire, auth: api });
    await live(sync);
    await api.guest("Late");
    expect(sync.getState().status.state).toBe("reconnecting");
    await live(sync);
    const { data } = await owner.command(session, { do: "invite" });
    await api.command(session, { do: "join", code: (data as { code: string }).code });
    await sync.send({ do: "set_title", title: "late" });
    await titled(sync, "late");
    const acks = wire.frames.filter((f) => f.type === "ack" && f.message === "connected");
    expect(acks).toMatchObject([{ user_id: null }, { user_id: api.user?.id }]);
  });
});

describe("fallback", () => {
  it("goes down to what works and up again when more does", async () => {
    const { owner, session } = await newBoard(server);
    let blocked = ["websocket", "/stream"];
    class Blockable extends WebSocket {
      constructor(url: string, protocols?: string[]) {
        // Nothing listens on the discard port.
        super(blocked.includes("websocket") ? "ws://127.0.0.1:9/" : url, protocols);
      }
    }
    const sync = follow(server, session, {
      auth: owner,
      WebSocket: Blockable,
      upgradeAfter: 200,
      fetch: (input, init) =>
        blocked.some((part) => String(input).includes(part))
          ? Promise.resolve(new Response("blocked by the proxy", { status: 404 }))
          : fetch(input, init),
    });
    const polling = await live(sync);
    expect(polling.status.transport).toBe("polling");
    await sync.send({ do: "set_title", title: "by polling" });
    await titled(sync, "by polling");
    blocked = ["websocket"];
    await until(sync, "sse", ({ status }) => status.transport === "sse");
    expect(sync.getState().status.state).toBe("live");
    await sync.send({ do: "set_title", title: "by sse" });
    await titled(sync, "by sse");
    blocked = [];
    await until(sync, "websocket", ({ status }) => status.transport === "websocket");
    await sync.send({ do: "set_title", title: "by socket" });
    const state = await titled(sync, "by socket");
    expect(state.status).toMatchObject({ state: "live", transport: "websocket" });
  });
});

describe("drain", () => {
  it("leaves when the server goes down in order, and comes back to the next one", async () => {
    const own = await Server.start();
    try {
      const { owner, session } = await newBoard(own);
      const sync = follow(own, session, { auth: owner });
      const codes: (number | null)[] = [];
      sync.on("status", ({ code }) => codes.push(code));
      await live(sync);
      await sync.send({ do: "set_title", title: "before" });
      await own.stop("SIGTERM");
      await until(sync, "the drain", ({ status }) => status.state === "reconnecting");
      expect(codes).toContain(1012);
      await own.start();
      await live(sync);
      expect(sync.getState().view?.title).toBe("before");
      await sync.send({ do: "set_title", title: "after" });
      await titled(sync, "after");
    } finally {
      closeAll();
      await own.dispose();
    }
  });
});
