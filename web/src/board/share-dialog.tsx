/**
 * Ways to let others in: a link to watch and, for the owner, a link to edit, each as a QR code; and
 * for the owner the editors, to let them out again.
 */
import { useEffect, useRef, useState } from "react";
import { useLogin } from "../login/login";
import { Dialog } from "../ui/dialog";
import { reasonOf } from "../ui/errors";
import { LinkBox } from "../ui/link-box";
import { readStored, writeStored } from "../ui/stored";
import { useToast } from "../ui/toast";
import { useBoard } from "./board-context";
import { EditorList, notGone, type Outcome } from "./editor-list";
import { editLink, watchLink } from "./links";

interface ShareDialogProps {
  readonly id: string;
  readonly owns: boolean;
  readonly editors: readonly string[];
  readonly onClose: () => void;
}

/** A new code ends the old one, so the one that was made is kept and shown again. */
const inviteKey = (id: string) => `parlor.invite.${id}`;

export default function ShareDialog({ id, owns, editors, onClose }: ShareDialogProps) {
  const { api } = useLogin();
  const [kind, setKind] = useState<"watch" | "edit">("watch");
  const [code, setCode] = useState(() => (owns ? readStored(inviteKey(id)) : null));
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { origin } = window.location;
  const removal = useRemoval(editors);

  const makeCode = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const path = `/game/${encodeURIComponent(id)}/invite`;
      const made = await api.request<{ readonly code: string }>("POST", path);
      writeStored(inviteKey(id), made.code);
      setCode(made.code);
    } catch (error) {
      setProblem(`No edit link was made. ${reasonOf(error)}`);
    }
    setBusy(false);
  };

  return (
    <Dialog title="Share this board" onClose={onClose}>
      {owns && (
        <fieldset className="segments">
          <legend className="sr-only">What the link allows</legend>
          {(["watch", "edit"] as const).map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="share-kind"
                value={one}
                checked={kind === one}
                onChange={() => setKind(one)}
              />
              <span>{one === "watch" ? "To watch" : "To edit"}</span>
            </label>
          ))}
        </fieldset>
      )}
      {kind === "watch" && (
        <LinkBox
          key="watch"
          label="Link to watch"
          link={watchLink(origin, id)}
          hint="Anyone with this link follows the board. Nobody can change it with it."
        />
      )}
      {kind === "edit" && code && (
        <>
          <LinkBox
            key={code}
            label="Link to edit"
            link={editLink(origin, id, code)}
            hint="Whoever opens this link may change the board. Give it to people you trust."
          />
          <button
            type="button"
            className="text-button"
            disabled={busy}
            onClick={() => void makeCode()}
          >
            Make a new link (this one stops working)
          </button>
        </>
      )}
      {kind === "edit" && !code && (
        <div className="stack">
          <p>Whoever opens an edit link may change the board. You can replace it at any time.</p>
          <button
            type="button"
            className="button button-primary"
            disabled={busy}
            onClick={() => void makeCode()}
          >
            Make an edit link
          </button>
        </div>
      )}
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {owns && kind === "edit" && <EditorList editors={editors} {...removal} />}
    </Dialog>
  );
}

/** What is under way and what came of it; outlives the list, which is only shown beside the edit link. */
function useRemoval(editors: readonly string[]) {
  const { actions } = useBoard();
  const toast = useToast();
  const [leaving, setLeaving] = useState<readonly string[]>([]);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const open = useRef(true);
  useEffect(() => {
    open.current = true;
    return () => {
      open.current = false;
    };
  }, []);
  // Only the view takes a row away: whoever comes back later has a fresh one.
  useEffect(() => setLeaving((now) => now.filter((one) => editors.includes(one))), [editors]);

  const onRemove = async (editor: string) => {
    setLeaving((now) => [...now, editor]);
    setOutcome(null);
    const why = await actions.removeEditor(editor);
    setOutcome({ editor, why });
    if (why === null) return;
    setLeaving((now) => now.filter((one) => one !== editor));
    // The toasts are behind the dialog, so they are for when it is closed.
    if (!open.current) toast({ kind: "error", text: notGone(editor, why) });
  };
  return { leaving, outcome, onRemove };
}
