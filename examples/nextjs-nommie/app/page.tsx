import { cookies } from "next/headers";
import Link from "next/link";
import { newGame } from "@/app/actions";
import { GuestForm } from "@/app/guest-form";
import type { GameLine } from "@/lib/nommie";
import { parlor } from "@/lib/parlor";

export default function Home() {
  return (
    <>
      <h1>Nommie</h1>
      <Games />
    </>
  );
}

async function Games() {
  const reply = await parlor(await cookies(), "/api/games?state=joinable");
  if (reply.status === 401) return <GuestForm />;
  if (!reply.ok) throw new Error(`Parlor answered ${reply.status}`);
  const { games } = (await reply.json()) as { games: readonly GameLine[] };
  return (
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
  );
}
