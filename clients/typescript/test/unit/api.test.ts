/** The REST helper: login, refresh, errors. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api, ApiError, type Login, type LoginStorage } from "../../src/index.js";

const NOW = Date.parse("2026-01-01T12:00:00Z");

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

function login(name: string, turn = 1): Login {
  return {
    access_token: `${name}-access-${turn}`,
    token_type: "bearer",
    expires_in: 900,
    refresh_token: `${name}-refresh-${turn}`,
    user: { id: `id-${name}`, name, roles: [] },
  };
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly token: string | null;
  readonly body: unknown;
  readonly headers: Record<string, string>;
}

/** A server that answers by rule; the last rule that returns something counts. */
function serve(rule: (call: Call) => Promise<Response> | Response | undefined) {
  const calls: Call[] = [];
  const fetcher = ((url: string, init: RequestInit) => {
    const headers = init.headers as Record<string, string>;
    const call: Call = {
      method: init.method ?? "GET",
      path: url.replace("http://server", ""),
      token: headers.authorization?.replace("Bearer ", "") ?? null,
      body: init.body ? JSON.parse(String(init.body)) : undefined,
      headers,
    };
    calls.push(call);
    const answer = rule(call);
    return answer ? Promise.resolve(answer) : Promise.reject(new TypeError("no network"));
  }) as typeof fetch;
  return { calls, fetcher };
}

function memory(): LoginStorage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
  };
}

const refused = (status: number, code: string) => Response.json({ code }, { status });

describe("login", () => {
  it("makes a guest once and keeps it between visits", async () => {
    const { calls, fetcher } = serve(() => Response.json(login("Ada")));
    const storage = memory();
    const api = new Api({ url: "http://server/", fetch: fetcher, storage });
    expect(api.user).toBeNull();
    await expect(api.accessToken()).resolves.toBeNull();
    await expect(api.ensureGuest("Ada")).resolves.toEqual(login("Ada").user);
    await api.ensureGuest("Bo");
    expect(calls).toEqual([
      expect.objectContaining({
        method: "POST",
        path: "/api/auth/guest",
        body: { name: "Ada" },
        token: null,
      }),
    ]);
    const next = new Api({ url: "http://server", fetch: fetcher, storage });
    expect(next.user?.name).toBe("Ada");
    await expect(next.accessToken()).resolves.toBe("Ada-access-1");
  });

  it("does not stumble over a kept login that it cannot read", () => {
    const storage = memory();
    storage.setItem("parlor.login", "{");
    expect(new Api({ storage }).user).toBeNull();
  });

  it("renews before the token expires, once however many ask", async () => {
    let turn = 0;
    const { calls, fetcher } = serve(() => Response.json(login("Ada", ++turn)));
    const api = new Api({ url: "http://server", fetch: fetcher });
    const changes: string[] = [];
    api.onChange((change) => changes.push(change));
    await api.guest("Ada");
    vi.setSystemTime(NOW + 869_000);
    await expect(api.accessToken()).resolves.toBe("Ada-access-1");
    vi.setSystemTime(NOW + 871_000);
    const tokens = await Promise.all([api.accessToken(), api.accessToken(), api.accessToken(true)]);
    expect(tokens).toEqual(["Ada-access-2", "Ada-access-2", "Ada-access-2"]);
    expect(calls.slice(1)).toEqual([
      expect.objectContaining({
        path: "/api/auth/refresh",
        body: { refresh_token: "Ada-refresh-1" },
        token: null,
      }),
    ]);
    expect(changes).toEqual(["identity", "renewed"]);
  });

  it("drops a login whose renewal is refused, and keeps it when only the network fails", async () => {
    let answer: Response | undefined;
    const { fetcher } = serve((call) =>
      call.path === "/api/auth/guest" ? Response.json(login("Ada")) : answer,
    );
    const storage = memory();
    const api = new Api({ url: "http://server", fetch: fetcher, storage });
    await api.guest();
    await expect(api.accessToken(true)).rejects.toMatchObject({ code: "NETWORK", status: 0 });
    answer = refused(503, "UNAVAILABLE");
    await expect(api.accessToken(true)).rejects.toMatchObject({ status: 503 });
    expect(api.user?.name).toBe("Ada");
    answer = refused(401, "UNAUTHORIZED");
    const renewed = api.accessToken(true);
    await vi.advanceTimersByTimeAsync(2999);
    expect(api.user?.name).toBe("Ada");
    await vi.advanceTimersByTimeAsync(1);
    await expect(renewed).resolves.toBeNull();
    expect(api.user).toBeNull();
    expect(storage.items.size).toBe(0);
  });

  it("waits for another tab whose renewal came first and is not answered yet", async () => {
    let answer = (_: Response) => {};
    let turn = 0;
    const { fetcher } = serve((call) => {
      if (call.path === "/api/auth/guest") return Response.json(login("Ada", 1));
      turn += 1;
      if (turn > 1) return refused(401, "UNAUTHORIZED");
      return new Promise<Response>((resolve) => {
        answer = resolve;
      });
    });
    const options = { url: "http://server", fetch: fetcher, storage: memory() };
    const one = new Api(options);
    await one.guest("Ada");
    const two = new Api(options);
    const both = [one.accessToken(true), two.accessToken(true)];
    await vi.advanceTimersByTimeAsync(1000);
    answer(Response.json(login("Ada", 2)));
    await vi.advanceTimersByTimeAsync(1000);
    expect(await Promise.all(both)).toEqual(["Ada-access-2", "Ada-access-2"]);
    expect([one.user?.name, two.user?.name]).toEqual(["Ada", "Ada"]);
  });

  it("takes over the login that another tab has renewed, instead of losing it", async () => {
    let turn = 0;
    const used = new Set<string>();
    const { calls, fetcher } = serve((call) => {
      if (call.path === "/api/auth/guest") return Response.json(login("Ada", ++turn));
      const { refresh_token: token } = call.body as { refresh_token: string };
      if (used.has(token)) return refused(401, "UNAUTHORIZED");
      used.add(token);
      return Response.json(login("Ada", ++turn));
    });
    const storage = memory();
    const options = { url: "http://server", fetch: fetcher, storage };
    const one = new Api(options);
    await one.guest("Ada");
    const [two, three] = [new Api(options), new Api(options)];
    vi.setSystemTime(NOW + 890_000);
    await expect(one.accessToken()).resolves.toBe("Ada-access-2");
    // Later: it is in the storage already, no request is needed.
    await expect(two.accessToken()).resolves.toBe("Ada-access-2");
    expect(calls).toHaveLength(2);
    // At the same moment: one is refused, and finds what the other has stored.
    const both = await Promise.all([two.accessToken(true), three.accessToken(true)]);
    expect(both[0]).toBe("Ada-access-3");
    expect(three.user?.name).toBe("Ada");
    await expect(three.accessToken()).resolves.toBe(both[1]);
    // What is in the storage may have run out too: its refresh token is the one to use.
    storage.setItem("parlor.login", JSON.stringify({ ...login("Ada", 77), expires_at: NOW }));
    await expect(two.accessToken(true)).resolves.toBe("Ada-access-4");
    expect(calls.at(-1)?.body).toEqual({ refresh_token: "Ada-refresh-77" });
  });

  it("forgets the login on logout even when the server is away", async () => {
    const { calls, fetcher } = serve((call) =>
      call.path === "/api/auth/guest" ? Response.json(login("Ada")) : undefined,
    );
    const api = new Api({ url: "http://server", fetch: fetcher });
    await api.guest();
    await api.logout();
    expect(api.user).toBeNull();
    expect(calls.at(-1)).toMatchObject({
      path: "/api/auth/logout",
      token: "Ada-access-1",
      body: { refresh_token: "Ada-refresh-1" },
    });
    await api.logout();
    expect(calls).toHaveLength(2);
  });
});

describe("two tabs", () => {
  /** Each guest has the name that was asked for; what is asked with a first token is refused. */
  function tabs() {
    const { calls, fetcher } = serve((call) => {
      const { name, refresh_token: refresh } = (call.body ?? {}) as Record<string, string>;
      if (call.path === "/api/auth/guest") return Response.json(login(name ?? ""));
      if (call.path === "/api/auth/refresh") {
        return Response.json(login(refresh?.split("-")[0] ?? "", 2));
      }
      if (call.path === "/api/auth/logout") return new Response(null, { status: 204 });
      return call.token?.endsWith("-2") ? Response.json("done") : refused(401, "UNAUTHORIZED");
    });
    const options = { url: "http://server", fetch: fetcher, storage: memory() };
    return { calls, storage: options.storage, one: new Api(options), two: new Api(options) };
  }

  it("never sends what one user asked for with the login of another one", async () => {
    const { calls, one, two } = tabs();
    await one.guest("Ada");
    two.adopt();
    await two.guest("Bo");
    const asked = one.request("POST", "/bet", { body: { all: true } });
    await expect(asked).rejects.toMatchObject({ status: 401, code: "UNAUTHORIZED" });
    expect(one.user?.name).toBe("Bo");
    expect(calls.filter(({ path }) => path === "/bet").map(({ token }) => token)).toEqual([
      "Ada-access-1",
    ]);
  });

  it("nor when the token is renewed before the request", async () => {
    const { calls, one, two } = tabs();
    await one.guest("Ada");
    vi.setSystemTime(NOW + 890_000);
    await two.guest("Bo");
    await expect(one.request("POST", "/bet")).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(calls.some(({ path }) => path === "/bet")).toBe(false);
    await expect(one.accessToken(true)).resolves.toBe("Bo-access-2");
    await expect(one.request("POST", "/bet")).resolves.toBe("done");
  });

  it("leaves the login of somebody else in the storage when it logs out", async () => {
    const { storage, one, two } = tabs();
    await one.guest("Ada");
    await two.guest("Bo");
    await one.logout();
    expect(one.user).toBeNull();
    expect(storage.items.get("parlor.login")).toContain("Bo-refresh-1");
    await two.logout();
    expect(storage.items.size).toBe(0);
  });

  it("becomes who the other one has logged in, once", async () => {
    const { one, two } = tabs();
    await one.guest("Ada");
    const told: string[] = [];
    two.onChange((change) => told.push(change));
    two.adopt();
    two.adopt();
    expect(two.user?.name).toBe("Ada");
    await one.accessToken(true);
    two.adopt();
    expect(told).toEqual(["identity", "renewed"]);
    await expect(two.accessToken()).resolves.toBe("Ada-access-2");
    await one.logout();
    two.adopt();
    expect(two.user?.name, "there is nothing to take over").toBe("Ada");
  });
});

describe("requests", () => {
  it("spells the sessions face", async () => {
    const { calls, fetcher } = serve(() => Response.json({ session: "7", lock_version: 3 }));
    const api = new Api({ url: "http://server", fetch: fetcher });
    await api.sessions();
    await api.sessions({ game: "scoreboard", status: "running", after: "9" });
    await api.session("7/8");
    await api.createSession("scoreboard", { title: "Friday" });
    await api.deleteSession("7");
    const answer = await api.command("7", { do: "x" }, { lockVersion: 2, id: "key" });
    expect(answer).toEqual({ lockVersion: 3, data: null });
    expect(calls.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["GET", "/api/sessions", undefined],
      ["GET", "/api/sessions?game=scoreboard&status=running&after=9", undefined],
      ["GET", "/api/sessions/7%2F8", undefined],
      ["POST", "/api/sessions", { game: "scoreboard", options: { title: "Friday" } }],
      ["DELETE", "/api/sessions/7", undefined],
      ["POST", "/api/sessions/7/commands", { command: { do: "x" }, lock_version: 2 }],
    ]);
    expect(calls.at(-1)?.headers["idempotency-key"]).toBe("key");
  });

  it("renews the token and repeats once after a 401", async () => {
    const { calls, fetcher } = serve((call) => {
      if (call.path === "/api/auth/guest") return Response.json(login("Ada", 1));
      if (call.path === "/api/auth/refresh") return Response.json(login("Ada", 2));
      return call.token === "Ada-access-2" ? Response.json([]) : refused(401, "UNAUTHORIZED");
    });
    const api = new Api({ url: "http://server", fetch: fetcher });
    await api.guest();
    await expect(api.request("GET", "/x")).resolves.toEqual([]);
    expect(calls.map(({ path }) => path)).toEqual([
      "/api/auth/guest",
      "/x",
      "/api/auth/refresh",
      "/x",
    ]);
  });

  it("passes on a 401 that no token can help", async () => {
    const { calls, fetcher } = serve(() => refused(401, "UNAUTHORIZED"));
    const api = new Api({ url: "http://server", fetch: fetcher });
    await expect(api.me()).rejects.toMatchObject({ status: 401, code: "UNAUTHORIZED" });
    expect(calls).toHaveLength(1);
  });

  it("turns a problem into a typed error", async () => {
    const problem = {
      type: "about:blank",
      title: "Conflict",
      status: 409,
      detail: "The session has moved on.",
      code: "OPTIMISTIC_LOCK",
      trace_id: "abc",
      extensions: { expected: 1, actual: 2 },
    };
    const { fetcher } = serve(() =>
      Response.json(problem, {
        status: 409,
        headers: { "content-type": "application/problem+json", "retry-after": "3" },
      }),
    );
    const api = new Api({ url: "http://server", fetch: fetcher });
    const error = await api.command("7", {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      name: "ApiError",
      message: "The session has moved on.",
      code: "OPTIMISTIC_LOCK",
      conflict: true,
      status: 409,
      traceId: "abc",
      extensions: { expected: 1, actual: 2 },
      retryAfter: 3000,
    });
  });

  it.each([
    [new Response("<html>bad gateway", { status: 502, statusText: "Bad Gateway" }), "HTTP_502"],
    [new Response("<html>captive portal", { status: 200 }), "BAD_REPLY"],
    [undefined, "NETWORK"],
  ])("gives a code to what is no answer of the server's (%#)", async (response, code) => {
    const { fetcher } = serve(() => response);
    const api = new Api({ url: "http://server", fetch: fetcher });
    await expect(api.request("GET", "/x")).rejects.toMatchObject({ code });
  });

  it("reads an answer without a body as null", async () => {
    const { fetcher } = serve(() => new Response(null, { status: 204 }));
    const api = new Api({ url: "http://server", fetch: fetcher });
    await expect(api.request("DELETE", "/x")).resolves.toBeNull();
  });
});

describe("accounts", () => {
  const account = { id: 7, site_id: "ann", nickname: "Ann", name: "Ann", role: "user", roles: [] };
  const entered = () => Response.json({ ...login("ann"), user: account });

  it("signs up and logs in; ids are strings inside, and as they are kept", async () => {
    const storage = memory();
    const { calls, fetcher } = serve(entered);
    const api = new Api({ url: "http://server", fetch: fetcher, storage });
    expect((await api.signUp("ann", "Ann", "long enough")).id).toBe("7");
    expect((await api.logIn("ann", "long enough")).site_id).toBe("ann");
    expect(calls.map(({ path, body, token }) => [path, body, token])).toEqual([
      ["/api/auth/signup", { site_id: "ann", nickname: "Ann", password: "long enough" }, null],
      ["/api/auth/login", { site_id: "ann", password: "long enough" }, null],
    ]);
    expect(new Api({ storage }).user?.id).toBe("7");
  });

  it("a renewed token is still of the same user", async () => {
    const { fetcher } = serve(entered);
    const api = new Api({ url: "http://server", fetch: fetcher });
    await api.logIn("ann", "long enough");
    const told: string[] = [];
    api.onChange((change) => told.push(change));
    await api.accessToken(true);
    expect(told).toEqual(["renewed"]);
  });

  it("logs out everywhere when asked to", async () => {
    const { calls, fetcher } = serve(({ path }) =>
      path.endsWith("logout") ? new Response(null, { status: 204 }) : entered(),
    );
    const api = new Api({ url: "http://server", fetch: fetcher });
    await api.logIn("ann", "long enough");
    await api.logout(true);
    expect(calls.at(-1)?.body).toEqual({ refresh_token: "ann-refresh-1", everywhere: true });
    expect(api.user).toBeNull();
  });
});
