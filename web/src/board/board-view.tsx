/** The board itself: title and actions, the groups with their players, ranking and drinks. */
import { lazy, Suspense, useMemo, useState } from "react";
import { useLogin } from "../login/login";
import { ReplayLink } from "../replay/replay-link";
import { Confirm } from "../ui/dialog";
import { reasonOf } from "../ui/errors";
import { Icon } from "../ui/icons";
import { InlineEdit } from "../ui/inline-edit";
import { useToast } from "../ui/toast";
import type { Actions } from "./actions";
import { AddForm } from "./add-form";
import { BoardContext } from "./board-context";
import type { Catalogue } from "./catalogue";
import { CatalogueDialog } from "./catalogue-dialog";
import { Chart } from "./chart";
import { colourOf } from "./colour";
import { GroupSection } from "./group-section";
import { type Board, NAME_LENGTH } from "./model";
import { Ranking } from "./ranking";
import type { Rights } from "./rights";
import { groupsOf, statsOf } from "./stats";

// With the QR code in it; few open it.
const ShareDialog = lazy(() => import("./share-dialog"));

interface BoardViewProps {
  readonly board: Board;
  readonly rights: Rights;
  readonly closed: boolean;
  readonly stale: boolean;
  readonly actions: Actions;
  readonly catalogue: Catalogue;
}

const NOBODY: readonly string[] = [];

type Open = "share" | "drinks" | "delete" | null;

export function BoardView({ board, rights, closed, stale, actions, catalogue }: BoardViewProps) {
  const { api } = useLogin();
  const toast = useToast();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const stats = useMemo(() => statsOf(board), [board]);
  const groups = useMemo(() => groupsOf(board), [board]);
  const context = useMemo(
    () => ({ edits: rights.edits, actions, catalogue, teams: board.teams }),
    [rights.edits, actions, catalogue, board.teams],
  );
  const remove = () => {
    api.deleteSession(board.id).catch((error: unknown) => {
      toast({ kind: "error", text: `The board was not deleted. ${reasonOf(error)}` });
    });
  };

  return (
    <BoardContext value={context}>
      <div className="board" data-stale={stale || undefined}>
        <header className="board-head">
          <div className="board-title">
            <h1>
              <InlineEdit
                value={board.title}
                label="Title of the board"
                maxLength={NAME_LENGTH}
                readOnly={!rights.edits}
                onSave={actions.setTitle}
              />
            </h1>
            <p className="board-sums">{sums(stats.total, board)}</p>
          </div>
          <div className="board-actions">
            <ReplayLink id={board.id} />
            {rights.edits && (
              <button type="button" className="button" onClick={() => setOpen("drinks")}>
                <Icon name="glass" />
                Drinks
              </button>
            )}
            {!closed && (
              <button
                type="button"
                className="button button-primary"
                onClick={() => setOpen("share")}
              >
                <Icon name="share" />
                Share
              </button>
            )}
          </div>
        </header>
        {!rights.edits && !closed && (
          <p className="read-only">
            <Icon name="eye" />
            You are watching. To keep the tally too, ask the owner for an edit link and open it.
          </p>
        )}
        <div className="board-columns">
          <div className="groups">
            {groups.map((group) => (
              <GroupSection
                key={group.id ?? "none"}
                group={group}
                team={board.teams.find((team) => team.id === group.id)}
                colour={group.id === null ? null : colourOf(group.id)}
              />
            ))}
            {rights.edits && (
              <AddForm
                className="add-team"
                label="Add a team"
                fieldLabel="Name of the new team"
                placeholder="Team"
                onAdd={actions.addTeam}
              />
            )}
          </div>
          <aside
            className="board-side"
            aria-label="Ranking and drinks"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: on a wide screen it scrolls by itself
            tabIndex={0}
            data-first={!rights.edits || undefined}
          >
            <h2 className="sr-only">Standings</h2>
            <Ranking title="Teams" entries={stats.teams} />
            <Ranking title="Players" entries={stats.players} />
            <section className="drinks">
              <h3>Drinks</h3>
              <Chart drinks={stats.drinks} />
            </section>
          </aside>
        </div>
        {rights.deletes && (
          <footer className="foot">
            <button
              type="button"
              className="text-button text-danger"
              onClick={() => setOpen("delete")}
            >
              <Icon name="trash" />
              Delete this board
            </button>
          </footer>
        )}
      </div>
      {open === "share" && (
        <Suspense fallback={null}>
          <ShareDialog
            id={board.id}
            owns={rights.owns}
            editors={board.editors ?? NOBODY}
            onClose={close}
          />
        </Suspense>
      )}
      {open === "drinks" && rights.edits && <CatalogueDialog onClose={close} />}
      {open === "delete" && (
        <Confirm
          title="Delete this board?"
          text={`${board.title} ends for everybody who watches it. This cannot be undone.`}
          action="Delete the board"
          onConfirm={remove}
          onClose={close}
        />
      )}
    </BoardContext>
  );
}

function sums(total: number, board: Board): string {
  const parts = [counted(total, "drink"), counted(board.players.length, "player")];
  if (board.teams.length > 0) parts.push(counted(board.teams.length, "team"));
  return parts.join(" · ");
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
