/** Before every request: a login that has run out is renewed, and the request goes on with the new one. */
import { type NextRequest, NextResponse } from "next/server";
import type { Login } from "parlor-client";
import { ACCESS, cookiesOf, post, REFRESH } from "@/lib/parlor";

export async function proxy(request: NextRequest) {
  const refresh_token = request.cookies.get(REFRESH)?.value;
  if (request.cookies.has(ACCESS) || !refresh_token) return NextResponse.next();
  const reply = await post(null, "/api/auth/refresh", { refresh_token }).catch(() => null);
  // A refresh token is good once. When two requests come at the same moment one of them goes on
  // without a login; the client asks again.
  if (!reply?.ok) return NextResponse.next();
  const renewed = cookiesOf((await reply.json()) as Login, request.nextUrl.protocol === "https:");
  for (const cookie of renewed) request.cookies.set(cookie.name, cookie.value);
  const response = NextResponse.next({ request });
  for (const cookie of renewed) response.cookies.set(cookie);
  return response;
}

export const config = { matcher: ["/", "/games/:path*", "/api/games/:path*", "/api/ws-token"] };
