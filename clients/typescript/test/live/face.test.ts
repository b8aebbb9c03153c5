/** The scoreboard's own endpoints on a real server, as a face. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { face, faceView } from "../../src/face.js";
import type { ApiError, Transport } from "../../src/index.js";
import { type Board, type Command, closeAll, follow, live, newBoard, until } from "./help.js";
import { Server } from "./server.js";

let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterEach(closeAll);
afterAll(() => server?.dispose());

const boardFace = (session: string) =>
  face<Command>({
    socket: `/ws/game/${session}`,
    snapshot: `/game/${session}`,
    command: (command) =>
      command.do === "set_title"
        ? { method: "PATCH", path: `/game/${session}`, body: { title: command.title } }
        : { path: `/game/${session}/player`, body: command },
    pollEvery: 50,
  });

it("follows by the socket, and by polls when it cannot be opened", async () => {
  const { owner, session } = await newBoard(server);
  const initial = faceView(session, await owner.request<Board>("GET", `/game/${session}`));
  const made = boardFace(session);
  const bySocket = follow(server, session, { auth: owner, transports: made.transports, initial });
  expect(bySocket.getState()).toMatchObject({ version: 1, view: { title: "Friday" } });
  const blocked: Transport = {
    ...made.transports[0],
    connect: (_, events) => {
      queueMicrotask(() => events.ended({ code: 1006, reason: "blocked" }));
      return { resync: () => {}, close: () => {} };
    },
  };
  const transports = [blocked, boardFace(session).transports[1]];
  const byPolls = follow(server, session, { transports });
  await Promise.all([live(bySocket), live(byPolls)]);
  expect(bySocket.getState().status.transport).toBe("websocket");
  expect(byPolls.getState().status.transport).toBe("polling");

  const { lockVersion } = await bySocket.send({ do: "set_title", title: "Saturday" });
  for (const sync of [bySocket, byPolls]) {
    const state = await until(sync, "the title", ({ version }) => version === lockVersion);
    expect(state.view?.title).toBe("Saturday");
  }
  await expect(made.refresh(bySocket)).resolves.toBe(true);
  expect(bySocket.getState().version).toBe(lockVersion);
});

it("is refused with the reason, and gets the newest view with a stale version", async () => {
  const { owner, session } = await newBoard(server);
  const { transports } = boardFace(session);
  const sync = follow(server, session, { auth: owner, transports });
  await live(sync);
  const { lockVersion } = await sync.send({ do: "set_title", title: "Saturday" });
  const refusal = (promise: Promise<unknown>) => promise.catch((error: ApiError) => error);
  const stale = sync.send({ do: "set_title", title: "Sunday" }, { lockVersion: 1 });
  await expect(refusal(stale)).resolves.toMatchObject({
    code: "OPTIMISTIC_LOCK",
    extensions: { expected: 1, actual: lockVersion, snapshot: { data: { title: "Saturday" } } },
  });

  const stranger = follow(server, session, { transports: boardFace(session).transports });
  await live(stranger);
  await expect(refusal(stranger.send({ do: "add_player", name: "Eve" }))).resolves.toMatchObject({
    code: "UNAUTHORIZED",
    status: 401,
  });
});

it("is told that nothing has changed by the ETag", async () => {
  const { owner, session } = await newBoard(server);
  const made = face({
    socket: "/none",
    snapshot: `/api/sessions/${session}`,
    command: () => ({ path: "/none" }),
  });
  const sync = follow(server, session, { auth: owner, transports: [made.transports[1]] });
  await live(sync);
  await expect(made.refresh(sync)).resolves.toBe(true);
  await expect(made.refresh(sync)).resolves.toBe(false);
  await owner.command(session, { do: "set_title", title: "Saturday" });
  await expect(made.refresh(sync)).resolves.toBe(true);
});
