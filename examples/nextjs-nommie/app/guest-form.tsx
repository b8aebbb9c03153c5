/** Asks for a name, and comes back to the game that was asked for. Works without scripts. */
export function GuestForm({ game }: { game?: string }) {
  return (
    <form method="post" action="/api/auth/guest">
      <label>
        Your name <input name="name" maxLength={40} />
      </label>
      {game && <input type="hidden" name="game" value={game} />}
      <button type="submit">Play as a guest</button>
    </form>
  );
}
