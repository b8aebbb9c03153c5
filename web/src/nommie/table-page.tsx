/** A table's page: keeps it in sync, knows who looks, and says what happens. */
import { ApiError, initialFromPage } from "parlor-client";
import { useGameSync } from "parlor-client/react";
import { useMemo } from "react";
import { useLogin } from "../login/login";
import { ConnectionPill, StaleNotice, useLastLive, Watching } from "../ui/connection";
import { reasonOf } from "../ui/errors";
import { NotFound } from "../ui/not-found";
import { Shell } from "../ui/shell";
import { useToast } from "../ui/toast";
import { useAnnouncements } from "../ui/use-announcements";
import { useTitle } from "../ui/use-title";
import { createActions } from "./actions";
import { describeTable } from "./changes";
import { SkewContext } from "./clock";
import type { Command, Seat, Table } from "./model";
import { nameOf, seatOfUser, toAct } from "./seats";
import { TableContext } from "./table-context";
import { TableView } from "./table-view";
import { useSkew } from "./use-server-time";

/** A hidden page stays connected for so long, in milliseconds: its title says whose turn it is. */
const PAUSE_AFTER = 30 * 60_000;
/** A card that has no answer by then goes back to the hand, in milliseconds. */
const COMMAND_TIMEOUT = 15_000;
/** How long moves are gathered before they are said, in milliseconds. */
const GATHER = 500;

export function TablePage({ id }: { readonly id: string }) {
  const { api, user } = useLogin();
  const toast = useToast();
  const initial = useMemo(() => initialFromPage<Table>(id), [id]);
  const { view, confirmed, viewerSeat, status, presence, send, sync } = useGameSync<Table, Command>(
    {
      session: id,
      url: api.url,
      auth: api,
      initial,
      pauseAfter: PAUSE_AFTER,
      commandTimeout: COMMAND_TIMEOUT,
    },
  );
  const actions = useMemo(
    () => createActions({ send, state: sync.getState, toast }),
    [send, sync, toast],
  );
  // The view that comes with the page is everyone's: it tells who sits where all the same.
  const table = isTable(view) ? view : null;
  const viewer = (viewerSeat as Seat | null) ?? (table && seatOfUser(table, user?.id));
  const describe = useMemo(() => describeTable(viewer), [viewer]);
  const said = useAnnouncements(isTable(confirmed) ? confirmed : null, describe, GATHER);
  const since = useLastLive(status.state);
  const skew = useSkew(api.url, sync, table?.snapshot.turn_clock !== undefined);
  useTitle(table ? titleOf(table, viewer) : null);

  const closed = status.state === "closed" && status.reason !== "stopped";
  const context = useMemo(() => {
    if (!table) return null;
    const { game, phase } = table.snapshot;
    const hosts = viewer !== null && viewer === game.host_seat;
    return { table, game, phase, viewer, hosts, present: presence?.seats ?? null, actions };
  }, [table, viewer, presence, actions]);

  if ((!view && closed) || (view && !table)) {
    return (
      <NotFound
        title="No such table"
        text="It may have been deleted, or the link lost a few characters on the way."
      />
    );
  }
  const remove = () => {
    deleteTable(id, () => sync.getState().version).catch((error: unknown) => {
      toast({ kind: "error", text: `The table was not deleted. ${reasonOf(error)}` });
    });
  };
  const deleteTable = async (table: string, version: () => number | null) => {
    const path = `/api/games/${encodeURIComponent(table)}?lock_version=`;
    try {
      await api.request("DELETE", path + (version() ?? 0));
    } catch (error) {
      // Somebody did something meanwhile; it is to go all the same.
      if (!(error instanceof ApiError) || !error.conflict) throw error;
      await api.request("DELETE", path + Number(error.extensions.actual));
    }
  };
  const over = context?.phase.phase === "GameOver";
  return (
    <Shell
      aside={
        <>
          {presence && presence.viewers > 0 && status.state === "live" && (
            <Watching viewers={presence.viewers} />
          )}
          <ConnectionPill status={status} />
        </>
      }
    >
      {closed && !over && (
        <div className="notice" data-kind="warning" role="alert">
          <p>
            <strong>This table was closed.</strong>{" "}
            {status.reason === "deleted" ? "Its host deleted it; " : ""}this is how it was left.
          </p>
        </div>
      )}
      {context && (
        <StaleNotice status={status} what="table" since={since} onRetry={() => sync.restart()} />
      )}
      {context ? (
        <SkewContext value={skew}>
          <TableContext value={context}>
            <TableView
              id={id}
              expectsHand={viewer !== null}
              closed={closed}
              stale={status.state !== "live" && status.state !== "connecting" && !closed}
              onDelete={remove}
            />
          </TableContext>
        </SkewContext>
      ) : (
        <p className="loading" aria-live="polite">
          {status.reason === null
            ? "Fetching the table …"
            : "The server cannot be reached. Trying again …"}
        </p>
      )}
      <p className="sr-only" aria-live="polite" data-said>
        {said}
      </p>
    </Shell>
  );
}

/** A session of another game has another shape. */
function isTable(view: Table | null): view is Table {
  return typeof view === "object" && view !== null && view.snapshot?.game?.seating !== undefined;
}

/** Whose turn it is, for people with many tabs. */
function titleOf(table: Table, viewer: Seat | null): string {
  const { game, phase } = table.snapshot;
  const seat = toAct(phase);
  if (seat === null) return game.name;
  return seat === viewer ? `● Your turn · ${game.name}` : `${nameOf(game, seat)} · ${game.name}`;
}
