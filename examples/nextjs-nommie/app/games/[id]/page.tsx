import { cookies } from "next/headers";
import { notFound } from "next/navigation";
import { faceView } from "parlor-client/face";
import { GuestForm } from "@/app/guest-form";
import type { Envelope } from "@/lib/nommie";
import { parlor, socketUrl } from "@/lib/parlor";
import { Table } from "./table";

export default async function Game({ params, searchParams }: PageProps<"/games/[id]">) {
  const { id } = await params;
  const { transport = process.env.PARLOR_TRANSPORT } = await searchParams;
  const reply = await parlor(await cookies(), `/api/games/${encodeURIComponent(id)}/snapshot`);
  if (reply.status === 401) return <GuestForm game={id} />;
  if (reply.status === 400 || reply.status === 404) notFound();
  if (!reply.ok) throw new Error(`Parlor answered ${reply.status}`);
  const body = (await reply.json()) as Envelope;
  return (
    <Table
      id={id}
      initial={faceView(id, body, reply.headers.get("x-viewer-seat"))}
      polling={transport === "polling"}
      sockets={socketUrl()}
    />
  );
}
