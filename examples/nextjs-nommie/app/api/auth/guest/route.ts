/** Logs a guest in by a form, and leads on to the game that they came for. */
import { type NextRequest, NextResponse } from "next/server";
import type { Login } from "parlor-client";
import { cookiesOf, post } from "@/lib/parlor";

export async function POST(request: NextRequest) {
  const form = await request.formData();
  const name = String(form.get("name") ?? "").trim();
  const game = String(form.get("game") ?? "");
  const reply = await post(null, "/api/auth/guest", name ? { name } : {});
  if (!reply.ok) return new Response(reply.body, { status: reply.status });
  const response = new NextResponse(null, {
    status: 303,
    headers: { location: game ? `/games/${encodeURIComponent(game)}` : "/" },
  });
  const login = (await reply.json()) as Login;
  const secure = request.nextUrl.protocol === "https:";
  for (const cookie of cookiesOf(login, secure)) response.cookies.set(cookie);
  return response;
}
