/** Tokens of a living connection: where they come from, and how they are renewed. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GameSync, type TokenSource } from "../../src/index.js";
import { expiryOf } from "../../src/tokens.js";
import { type Board, EPOCH, FakePage, FakeTransport, SESSION, snapshot } from "./fake.js";

const NOW = Date.parse("2026-01-01T12:00:00Z");

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A token that expires after so many seconds; its signature is none. */
function jwt(seconds: number, name = "a"): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ sub: name, exp: NOW / 1000 + seconds })}.`;
}

function setUp(
  source: Partial<TokenSource> & { getToken?: () => string | null },
  transport = new FakeTransport(),
) {
  const asked: boolean[] = [];
  const exchanged: string[] = [];
  let listener: ((change: "renewed" | "identity") => void) | undefined;
  const sync = new GameSync<Board>({
    session: SESSION,
    url: "http://server",
    transports: [transport],
    page: new FakePage(),
    random: () => 0.999_999,
    getToken: source.getToken,
    auth: {
      accessToken(fresh) {
        asked.push(fresh);
        return source.accessToken?.(fresh) ?? null;
      },
      onChange(heard) {
        listener = heard;
        return () => {
          listener = undefined;
        };
      },
    },
    fetch: ((url: string, init: RequestInit) => {
      const { authorization } = init.headers as Record<string, string>;
      exchanged.push(`${init.method} ${url} ${authorization}`);
      return Promise.resolve(Response.json({ token: `ws-${exchanged.length}`, expires_in: 90 }));
    }) as typeof fetch,
  });
  sync.start();
  return {
    transport,
    sync,
    asked,
    exchanged,
    change: (change: "renewed" | "identity") => listener?.(change),
    listening: () => listener !== undefined,
  };
}

describe("the token of a socket", () => {
  it("is exchanged for the access token", async () => {
    const { transport, exchanged } = setUp({ accessToken: () => "access" });
    await expect(transport.last.request.token("ws")).resolves.toBe("ws-1");
    expect(exchanged).toEqual(["POST http://server/api/ws/token Bearer access"]);
    await expect(transport.last.request.token("api")).resolves.toBe("access");
  });

  it("is none for an anonymous visitor", async () => {
    const { transport, exchanged } = setUp({ accessToken: () => null });
    await expect(transport.last.request.token("ws")).resolves.toBeNull();
    expect(exchanged).toEqual([]);
  });

  it("comes from getToken when there is one", async () => {
    const { transport, asked } = setUp({ getToken: () => "own" });
    await expect(transport.last.request.token("ws")).resolves.toBe("own");
    expect(asked).toEqual([]);
  });

  it("is made with a fresh login after 4401, once", async () => {
    const { transport, asked } = setUp({ accessToken: () => "access" });
    await transport.last.request.token("ws");
    transport.last.says(snapshot(1));
    transport.last.ends(4401, "login");
    vi.advanceTimersByTime(500);
    await transport.last.request.token("ws");
    await transport.last.request.token("ws");
    expect(asked).toEqual([false, true, false]);
  });
});

describe("renewal in place", () => {
  it("comes half a minute before the login ends, over the same socket", async () => {
    let turn = 0;
    const { transport, asked } = setUp({ accessToken: () => jwt(++turn * 900) });
    await transport.last.request.token("ws");
    transport.last.says(snapshot(1));
    for (let passed = 0; passed < 869; passed += 1) {
      await vi.advanceTimersByTimeAsync(1000);
      transport.last.says({ type: "pong" });
    }
    const tokens = () => transport.last.sent.filter((message) => message.type === "token");
    expect(tokens()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(tokens()).toEqual([{ type: "token", token: "ws-2" }]);
    expect(asked).toEqual([false, true]);
    expect(transport.connections).toHaveLength(1);
  });

  it("comes when the login was renewed elsewhere, and a new one when it is somebody else", async () => {
    const { transport, sync, change, listening } = setUp({ accessToken: () => "access" });
    transport.last.says(snapshot(1));
    change("renewed");
    await vi.advanceTimersByTimeAsync(0);
    expect(transport.last.sent).toEqual([{ type: "token", token: "ws-1" }]);
    change("identity");
    expect(transport.connections).toHaveLength(2);
    // Somebody else may have another seat; the server compares.
    expect(transport.last.request.since).toMatchObject({ lock_version: 1, viewer_seat: null });
    sync.close();
    expect(listening()).toBe(false);
  });

  it("comes with a new stream that takes over, where nothing can be sent", async () => {
    const sse = new FakeTransport("sse");
    let turn = 0;
    const { sync, asked } = setUp({ accessToken: () => jwt(++turn * 60) }, sse);
    await sse.last.request.token("api");
    sse.last.says(snapshot(1));
    const first = sse.last;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(sse.connections).toHaveLength(2);
    expect(first.closed).toBe(false);
    await sse.last.request.token("api");
    expect(asked).toEqual([false, true]);
    sse.last.says(snapshot(1));
    expect(first.closed).toBe(true);
    expect(sync.getState().status).toMatchObject({ state: "live", transport: "sse" });
    sync.close();
  });

  it("takes a token that is given", async () => {
    const { transport, sync } = setUp({});
    await sync.renewToken("too early: dropped");
    transport.last.says(snapshot(1));
    await sync.renewToken("given");
    expect(transport.last.sent).toEqual([{ type: "token", token: "given" }]);
  });
});

describe("a stream that the server ends because its login ran out", () => {
  const withdrawn = {
    type: "closed",
    version: 1,
    session: SESSION,
    epoch: EPOCH,
    lock_version: 1,
    reason: "permission_withdrawn",
  };

  it("comes back with a fresh token", async () => {
    const sse = new FakeTransport("sse");
    const { sync, asked } = setUp({ accessToken: () => jwt(60) }, sse);
    await sse.last.request.token("api");
    sse.last.says(snapshot(1));
    // The machine slept: no timer ran.
    vi.setSystemTime(NOW + 3_600_000);
    sse.last.says(withdrawn);
    expect(sync.getState().status).toMatchObject({ state: "reconnecting", code: 4401 });
    vi.advanceTimersByTime(500);
    await sse.last.request.token("api");
    expect(asked).toEqual([false, true]);
    sync.close();
  });

  it("stays away when the permission itself was withdrawn", async () => {
    const sse = new FakeTransport("sse");
    const { sync } = setUp({ accessToken: () => jwt(60) }, sse);
    await sse.last.request.token("api");
    sse.last.says(snapshot(1), withdrawn);
    expect(sync.getState().status).toMatchObject({
      state: "closed",
      reason: "permission_withdrawn",
    });
  });
});

describe("expiryOf", () => {
  it("reads exp, and nothing from what is no JWT", () => {
    expect(expiryOf(jwt(60))).toBe(NOW + 60_000);
    for (const token of [null, "", "opaque", "a.b.c", "a.e30.c"])
      expect(expiryOf(token)).toBeNull();
  });
});
