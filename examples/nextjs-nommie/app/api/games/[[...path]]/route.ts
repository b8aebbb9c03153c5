/** Hands requests about games on to Parlor, with the login of the cookie. */
import type { NextRequest } from "next/server";
import { parlor } from "@/lib/parlor";

const ASKED = ["content-type", "idempotency-key", "if-none-match"];
const ANSWERED = ["content-type", "etag", "retry-after", "x-trace-id", "x-viewer-seat"];

async function handOn(request: NextRequest) {
  const { pathname, search } = request.nextUrl;
  const reply = await parlor(request.cookies, pathname + search, {
    method: request.method,
    headers: some(request.headers, ASKED),
    body: request.method === "GET" ? null : await request.text(),
  });
  const headers = some(reply.headers, ANSWERED);
  // Each viewer has a view of their own.
  headers.set("cache-control", "private, no-cache");
  headers.set("vary", "cookie");
  return new Response(reply.body, { status: reply.status, headers });
}

function some(headers: Headers, names: readonly string[]): Headers {
  return new Headers([...headers].filter(([name]) => names.includes(name)));
}

export { handOn as DELETE, handOn as GET, handOn as POST };
