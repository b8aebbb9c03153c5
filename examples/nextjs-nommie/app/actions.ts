"use server";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { post } from "@/lib/parlor";

/** Makes a game with the caller as its host. */
export async function newGame(form: FormData): Promise<void> {
  const name = String(form.get("name") ?? "").trim();
  const reply = await post(await cookies(), "/api/games", name ? { name } : {});
  if (!reply.ok) throw new Error(`no game was made: ${reply.status}`);
  const { game } = (await reply.json()) as { game: { id: number } };
  redirect(`/games/${game.id}`);
}
