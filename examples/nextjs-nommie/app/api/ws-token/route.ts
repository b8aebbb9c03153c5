/** A token for the browser's socket: opens one, once, and is good for nothing else. */
import { cookies } from "next/headers";
import { parlor } from "@/lib/parlor";

export async function GET() {
  const reply = await parlor(await cookies(), "/api/ws/token", { method: "POST" });
  return new Response(reply.body, {
    status: reply.status,
    headers: {
      "content-type": reply.headers.get("content-type") ?? "application/json",
      "cache-control": "no-store",
    },
  });
}
