"use server";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { post } from "@/lib/parlor";

/** Makes a game with the caller as its host. */
export async function newGame(form: FormData): Promise<void> {
  const name = String(form.get("name") ?? "").trim();
  const reply = await post(await cookies(), "/api/games", name ? { name } : {});
  if (!reply.ok) throw new Error(`no game was made: ${reply.status}`);
  const { game } = (await reply.json()) as { game: { id: string | number } };
  redirect(`/games/${game.id}`);
}

/** Takes a seat, or watches. A refusal shows on the page that follows. */
export async function enter(id: string, as: "join" | "spectate"): Promise<void> {
  await post(await cookies(), `/api/games/${encodeURIComponent(id)}/${as}`, {});
  redirect(`/games/${encodeURIComponent(id)}`);
}
