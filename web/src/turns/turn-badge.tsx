/** In the header of every page: the way to a table that waits for the visitor. */
import { tableIdIn, tablePath } from "../nommie/links";
import { Link, usePath } from "../ui/router";
import { useTurns } from "./use-turns";

export default function TurnBadge() {
  const here = tableIdIn(usePath());
  // The table that is open says so itself.
  const waiting = useTurns().filter((turn) => turn.game === "nommie" && turn.session !== here);
  const first = waiting[0];
  return (
    <span role="status">
      {first && (
        <Link
          href={tablePath(first.session)}
          className="turn-badge turn-link"
          title={waiting.map((turn) => turn.title || turn.session).join(", ")}
        >
          Your turn
          {waiting.length > 1 && (
            <>
              {" "}
              <span aria-hidden="true">· {waiting.length}</span>
              <span className="sr-only">at {waiting.length} tables</span>
            </>
          )}
        </Link>
      )}
    </span>
  );
}
