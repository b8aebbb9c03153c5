/** Fairness: the commitment that counts, a new client seed, and the check of the seed revealed. */
import { type FormEvent, useId, useState } from "react";
import type { Casino } from "../casino/client";
import { fetchPlays } from "../casino/fetch-plays";
import { VERIFY } from "../casino/links";
import type { Fairness, HistoryPage } from "../casino/model";
import { refusalOf } from "../casino/reasons";
import type { KeptSeed } from "../casino/revealed";
import { Dialog } from "../ui/dialog";
import { Link } from "../ui/router";
import { ReportView } from "./report";

/** Characters of a client seed. */
const SEED_LENGTH = 64;

interface RotateProps {
  readonly casino: Casino;
  /** What counts now, as the stream tells it. */
  readonly fairness: Fairness | null;
  readonly rotate: (clientSeed?: string) => Promise<KeptSeed>;
}

interface FairnessDialogProps extends RotateProps {
  readonly onClose: () => void;
}

export function FairnessDialog({ onClose, ...rotate }: FairnessDialogProps) {
  return (
    <Dialog title="Fair play" onClose={onClose} wide>
      <p>
        Each play is drawn from the house's secret seed, your client seed and the number of the
        play. The house shows the hash of its seed first, and the seed itself when you ask for it:
        then your browser draws every play again. Your first client seed was made by the house:
        choose one of your own, and even the house cannot know what will be drawn.
      </p>
      <Rotate {...rotate} />
      <p className="quiet">
        How it works, and every seed that was revealed to this browser:{" "}
        <Link href={VERIFY}>Verify</Link>.
      </p>
    </Dialog>
  );
}

/** What counts now, and the way to have it revealed. */
export function Rotate({ casino, fairness, rotate }: RotateProps) {
  const [clientSeed, setClientSeed] = useState("");
  const [checked, setChecked] = useState<{ seed: KeptSeed; page: HistoryPage } | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const fieldId = useId();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const seed = await rotate(clientSeed === "" ? undefined : clientSeed);
      setClientSeed("");
      setChecked({ seed, page: await fetchPlays(casino, seed) });
    } catch (error) {
      setProblem(refusalOf(error));
    }
    setBusy(false);
  };
  return (
    <>
      <dl className="seeds">
        <dt>Commitment of the house</dt>
        <dd>
          <code>{fairness?.commitment ?? "…"}</code>
        </dd>
        <dt>Your client seed</dt>
        <dd>
          <code>{fairness?.client_seed ?? "…"}</code>
        </dd>
        <dt>Number of the next play</dt>
        <dd>{fairness?.counter ?? "…"}</dd>
        <dt>Commitment of the seed after this one</dt>
        <dd>
          <code>{fairness?.next_commitment ?? "…"}</code>
        </dd>
      </dl>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <label htmlFor={fieldId}>
          Your next client seed <span className="quiet">(or the same again)</span>
        </label>
        <div className="link-line seed-form">
          <input
            id={fieldId}
            className="field"
            value={clientSeed}
            maxLength={SEED_LENGTH}
            autoComplete="off"
            spellCheck={false}
            placeholder={fairness?.client_seed ?? ""}
            onChange={(event) => setClientSeed(event.target.value)}
          />
          <button type="submit" className="button button-primary" disabled={busy || !fairness}>
            Reveal and check
          </button>
        </div>
      </form>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {checked && <ReportView seed={checked.seed} page={checked.page} />}
    </>
  );
}
