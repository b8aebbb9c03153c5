/** A table in full: its head, the felt, what is asked, the hand, the scores. */
import { lazy, Suspense, useState } from "react";
import { useLogin } from "../login/login";
import { Confirm } from "../ui/dialog";
import { Icon } from "../ui/icons";
import { InlineEdit } from "../ui/inline-edit";
import { CardShapes } from "./card-face";
import { PauseControl } from "./clock";
import { Decision } from "./decision";
import { Felt } from "./felt";
import { GameOver } from "./game-over";
import { Hand } from "./hand";
import { HistoryDialog } from "./history-dialog";
import { LastTrickDialog } from "./last-trick-dialog";
import { LobbySeats } from "./lobby-seats";
import { NAME_LENGTH, type Seat } from "./model";
import { inPlay, seatKeptFor } from "./seats";
import { Standings } from "./standings";
import { useTable } from "./table-context";

// With the QR code in it; few open it.
const ShareTable = lazy(() => import("./share-table"));

interface TableViewProps {
  readonly id: string;
  /** The seat is known but its view has not come yet. */
  readonly expectsHand: boolean;
  readonly closed: boolean;
  readonly stale: boolean;
  readonly onDelete: () => void;
}

type Open = "share" | "history" | "trick" | "leave" | "delete" | null;

export function TableView({ id, expectsHand, closed, stale, onDelete }: TableViewProps) {
  const { user, ensureUser } = useLogin();
  const { table, game, phase, viewer, hosts, actions } = useTable();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const kept = seatKeptFor(table, user?.id);
  const lastTrick = "data" in phase && "last_trick" in phase.data ? phase.data.last_trick : null;
  const hand = table.viewer_hand;

  const join = async (again: boolean) => {
    const who = await ensureUser("The others want to know who plays.");
    if (!who) return;
    const player = who.name ? { player: who.name } : {};
    await actions.run({ do: again ? "rejoin" : "join", ...player }, "You did not get a seat.");
  };
  return (
    <div
      className="table"
      data-playing={inPlay(phase) || undefined}
      data-stale={stale || undefined}
    >
      <CardShapes />
      <header className="table-head">
        <h1>
          <InlineEdit
            value={game.name}
            label="Name of the table"
            maxLength={NAME_LENGTH}
            readOnly={!hosts || closed}
            onSave={(name) => void actions.run({ do: "rename", name }, "It was not renamed.")}
          />
        </h1>
        <div className="table-actions">
          {game.round_no > 0 && (
            <button type="button" className="button" onClick={() => setOpen("history")}>
              Rounds
            </button>
          )}
          {lastTrick && (
            <button type="button" className="button" onClick={() => setOpen("trick")}>
              Last trick
            </button>
          )}
          {!closed && (
            <button type="button" className="button" onClick={() => setOpen("share")}>
              <Icon name="share" />
              <span className="share-word">Share</span>
            </button>
          )}
        </div>
      </header>
      {viewer === null && phase.phase !== "GameOver" && !closed && (
        <Watching kept={kept} onRejoin={() => void join(true)} />
      )}
      <div className="table-columns" data-side={inPlay(phase) || undefined}>
        <div className="table-main">
          {phase.phase === "Init" && <LobbySeats onJoin={() => void join(false)} />}
          {phase.phase === "GameOver" && <GameOver />}
          {inPlay(phase) && (
            <>
              <Felt />
              {!closed && <Decision />}
              {viewer !== null && hand && <Hand cards={hand} seat={viewer} />}
              {expectsHand && !hand && <p className="quiet hand-comes">Fetching your hand …</p>}
            </>
          )}
        </div>
        {inPlay(phase) && (
          <aside className="table-side" aria-label="Scores and clock">
            <Standings />
            <PauseControl />
          </aside>
        )}
      </div>
      {!closed && (
        <footer className="foot table-foot">
          {viewer !== null && phase.phase !== "GameOver" && (
            <button type="button" className="text-button" onClick={() => setOpen("leave")}>
              <Icon name="back" />
              Leave the table
            </button>
          )}
          {hosts && (
            <button
              type="button"
              className="text-button text-danger"
              onClick={() => setOpen("delete")}
            >
              <Icon name="trash" />
              Delete this table
            </button>
          )}
        </footer>
      )}
      {open === "history" && <HistoryDialog id={id} onClose={close} />}
      {open === "trick" && lastTrick && <LastTrickDialog cards={lastTrick} onClose={close} />}
      {open === "share" && (
        <Suspense fallback={null}>
          <ShareTable id={id} onClose={close} />
        </Suspense>
      )}
      {open === "leave" && (
        <Confirm
          title="Leave the table?"
          text={
            phase.phase === "Init"
              ? "Your seat is free again for somebody else."
              : "A bot plays on for you. You can come back and take your seat again."
          }
          action="Leave"
          onConfirm={() => void actions.run({ do: "leave" }, "You still have your seat.")}
          onClose={close}
        />
      )}
      {open === "delete" && (
        <Confirm
          title="Delete this table?"
          text={`${game.name} ends for everybody at it. This cannot be undone.`}
          action="Delete the table"
          onConfirm={onDelete}
          onClose={close}
        />
      )}
    </div>
  );
}

interface WatchingProps {
  readonly kept: Seat | null;
  readonly onRejoin: () => void;
}

function Watching({ kept, onRejoin }: WatchingProps) {
  const { game, phase } = useTable();
  if (kept !== null && inPlay(phase)) {
    return (
      <div className="notice">
        <p>{game.seating[kept].display_name} plays on for you.</p>
        <button type="button" className="button button-primary" onClick={onRejoin}>
          Take your seat back
        </button>
      </div>
    );
  }
  if (phase.phase === "Init") return null;
  return (
    <p className="read-only">
      <Icon name="eye" />
      You are watching. Nobody’s cards are shown to you.
    </p>
  );
}
