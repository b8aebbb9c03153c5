/** A board's page: keeps it in sync and decides which of its faces to show. */
import { useGameSync } from "parlor-client/react";
import { useMemo } from "react";
import { useLogin } from "../login/login";
import { ConnectionPill, StaleNotice, useLastLive, Watching } from "../ui/connection";
import { NotFound } from "../ui/not-found";
import { Shell } from "../ui/shell";
import { useToast } from "../ui/toast";
import { useAnnouncements } from "../ui/use-announcements";
import { useTitle } from "../ui/use-title";
import { createActions } from "./actions";
import { BoardView } from "./board-view";
import { createCatalogue } from "./catalogue";
import { describeChanges } from "./changes";
import { firstView } from "./first-view";
import type { Board, Command } from "./model";
import { NONE, rightsOf } from "./rights";
import { useInvitation } from "./use-invitation";
import { useLostRights } from "./use-lost-rights";

export function BoardPage({ id }: { readonly id: string }) {
  const { api, user } = useLogin();
  const toast = useToast();
  const initial = useMemo(() => firstView(id), [id]);
  const { view, status, presence, send, sync } = useGameSync<Board, Command>({
    session: id,
    url: api.url,
    auth: api,
    initial,
  });
  const catalogue = useMemo(() => createCatalogue(api), [api]);
  const actions = useMemo(
    () => createActions({ send, toast, drinks: () => catalogue.getState().drinks ?? [] }),
    [send, toast, catalogue],
  );
  const said = useAnnouncements(view, describeChanges);
  const since = useLastLive(status.state);
  useInvitation(id);
  useTitle(view?.title ?? null);

  const closed = status.state === "closed" && status.reason !== "stopped";
  const rights = view && !closed ? rightsOf(view, user) : NONE;
  useLostRights(rights.edits, closed ? null : user);
  if (!view && closed) {
    return status.code === 4503 ? (
      <NotFound title="Not for you" text="You may not see this board. Ask its owner." />
    ) : (
      <NotFound
        title="No such board"
        text="It may have been closed, or the link lost a few characters on the way."
      />
    );
  }
  return (
    <Shell
      aside={
        <>
          {presence && status.state === "live" && <Watching viewers={presence.viewers} />}
          <ConnectionPill status={status} />
        </>
      }
    >
      {closed && (
        <div className="notice" data-kind="warning" role="alert">
          <p>
            <strong>This board was closed.</strong>{" "}
            {status.reason === "deleted"
              ? "Its owner deleted it; this is how it ended."
              : "It takes no more changes; this is how it ended."}
          </p>
        </div>
      )}
      {view && (
        <StaleNotice status={status} what="board" since={since} onRetry={() => sync.restart()} />
      )}
      {view ? (
        <BoardView
          board={view}
          rights={rights}
          closed={closed}
          stale={status.state !== "live" && status.state !== "connecting"}
          actions={actions}
          catalogue={catalogue}
        />
      ) : (
        <p className="loading" aria-live="polite">
          {status.reason === null
            ? "Fetching the board …"
            : "The server cannot be reached. Trying again …"}
        </p>
      )}
      <p className="sr-only" aria-live="polite">
        {said}
      </p>
    </Shell>
  );
}
