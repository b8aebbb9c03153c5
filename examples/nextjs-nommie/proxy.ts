/** Before every request: a login that has run out is renewed, and the request goes on with the new one. */
import { type NextRequest, NextResponse } from "next/server";
import type { Login } from "parlor-client";
import { ACCESS, cookiesOf, post, REFRESH } from "@/lib/parlor";

/**
 * Renewals under way and those of the last moments, by the token that they used: it is good once, and a
 * second use ends the login. Requests of a page that come together share one.
 */
const renewals = new Map<string, Promise<Login | null>>();

/** How long a renewal is shared, in milliseconds: a page's requests are on their way for less. */
const SHARED = 10_000;

function renew(refresh_token: string): Promise<Login | null> {
  const running = renewals.get(refresh_token);
  if (running) return running;
  const renewal = post(null, "/api/auth/refresh", { refresh_token })
    .then(async (reply) => (reply.ok ? ((await reply.json()) as Login) : null))
    .catch(() => null);
  renewals.set(refresh_token, renewal);
  setTimeout(() => renewals.delete(refresh_token), SHARED);
  return renewal;
}

export async function proxy(request: NextRequest) {
  const refresh_token = request.cookies.get(REFRESH)?.value;
  if (request.cookies.has(ACCESS) || !refresh_token) return NextResponse.next();
  const login = await renew(refresh_token);
  if (!login) return NextResponse.next();
  const renewed = cookiesOf(login, request.nextUrl.protocol === "https:");
  for (const cookie of renewed) request.cookies.set(cookie.name, cookie.value);
  const response = NextResponse.next({ request });
  for (const cookie of renewed) response.cookies.set(cookie);
  return response;
}

export const config = { matcher: ["/", "/games/:path*", "/api/games/:path*", "/api/ws-token"] };
