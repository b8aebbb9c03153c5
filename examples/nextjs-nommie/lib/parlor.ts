/** This app's own way to Parlor, with the login of whoever asks. Runs on the server only. */
import type { Login } from "parlor-client";

export const ACCESS = "parlor_access";
export const REFRESH = "parlor_refresh";

/** Life of the cookie with the refresh token, in seconds; the server decides how long it is good. */
const REFRESH_LIFE = 90 * 24 * 3600;
/** How long before its end an access token is no longer used, in seconds. */
const RENEW_BEFORE = 60;

const url = () => (process.env.PARLOR_URL ?? "http://127.0.0.1:8080").replace(/\/$/, "");

/** Where browsers open their sockets. Read at run time, so that one build serves everywhere. */
export function socketUrl(): string {
  const { NEXT_PUBLIC_PARLOR_WS_URL } = process.env;
  return (NEXT_PUBLIC_PARLOR_WS_URL ?? url().replace(/^http/, "ws")).replace(/\/$/, "");
}

/** Something that keeps cookies: `cookies()`, or those of a request. */
interface Jar {
  get(name: string): { readonly value: string } | undefined;
}

/** A request to Parlor in the name of whoever has these cookies. */
export function parlor(jar: Jar | null, path: string, init: RequestInit = {}): Promise<Response> {
  const token = jar?.get(ACCESS)?.value;
  const headers = new Headers(init.headers);
  if (token) headers.set("authorization", `Bearer ${token}`);
  return fetch(url() + path, { ...init, headers, cache: "no-store" });
}

/** The same with a JSON body. */
export function post(jar: Jar | null, path: string, body: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return parlor(jar, path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** The cookies that hold a login. Scripts cannot read them: a browser never sees a token of the API. */
export function cookiesOf(login: Login, secure: boolean) {
  const common = { httpOnly: true, sameSite: "lax", path: "/", secure } as const;
  return [
    {
      ...common,
      name: ACCESS,
      value: login.access_token,
      maxAge: Math.max(1, login.expires_in - RENEW_BEFORE),
    },
    { ...common, name: REFRESH, value: login.refresh_token, maxAge: REFRESH_LIFE },
  ];
}
