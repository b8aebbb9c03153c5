/** The first page: what this is, a new board, the boards there are. */

import { FLOOR } from "../casino/links";
import { useLogin } from "../login/login";
import { Link } from "../ui/router";
import { Shell } from "../ui/shell";
import { useTitle } from "../ui/use-title";
import { BoardList } from "./board-list";
import { NewBoard } from "./new-board";

export function Home() {
  const { api } = useLogin();
  useTitle(null);
  return (
    <Shell>
      <div className="home">
        <section className="hero">
          <h1>
            Keep the tally, <em>together.</em>
          </h1>
          <p>
            Parlor is a shared board for the evening: everyone with the link follows along, live.
          </p>
          <NewBoard />
        </section>
        <p className="other-game">
          <Link href="/nommie">Play Nommie</Link>, nomination whist for four, with friends or bots.
          <br />
          <Link href={FLOOR}>Step onto the floor</Link>: slot, crash, gacha and rock-paper-scissors,
          for play money.
        </p>
        <BoardList />
        <footer className="foot">
          <a href={`${api.url}/api/docs`}>API documentation</a>
        </footer>
      </div>
    </Shell>
  );
}
