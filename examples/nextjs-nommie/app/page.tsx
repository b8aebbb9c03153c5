import { cookies } from "next/headers";
import Link from "next/link";
import { newGame } from "@/app/actions";
import { GuestForm } from "@/app/guest-form";
import type { GameLine } from "@/lib/nommie";
import { ACCESS, parlor } from "@/lib/parlor";

export default async function Home() {
  const jar = await cookies();
  if (!jar.has(ACCESS)) return <Frame body={<GuestForm />} />;
  const reply = await parlor(jar, "/api/games?state=joinable");
  if (!reply.ok) throw new Error(`Parlor answered ${reply.status}`);
  const { games } = (await reply.json()) as { games: readonly GameLine[] };
  return (
    <Frame
      body={
        <>
          <ul>
            {games.map(({ id, name }) => (
              <li key={id}>
                <Link href={`/games/${id}`}>{name}</Link>
              </li>
            ))}
          </ul>
          <form action={newGame}>
            <label>
              Name <input name="name" maxLength={80} />
            </label>
            <button type="submit">New game</button>
          </form>
        </>
      }
    />
  );
}

function Frame({ body }: { body: React.ReactNode }) {
  return (
    <>
      <h1>Nommie</h1>
      {body}
    </>
  );
}
