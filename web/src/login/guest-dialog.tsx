/** Asks for a name, which may be left out, and logs in as a guest. */
import type { Api, User } from "parlor-client";
import { type FormEvent, useId, useState } from "react";
import { Dialog } from "../ui/dialog";
import { reasonOf } from "../ui/errors";

/** Longest name of a guest that the form takes, in characters. */
const GUEST_NAME_LENGTH = 60;

interface GuestDialogProps {
  readonly api: Api;
  readonly why: string;
  readonly onAnswer: (user: User | null) => void;
  /** The visitor has an account, or wants one. */
  readonly onAccount: () => void;
}

export function GuestDialog({ api, why, onAnswer, onAccount }: GuestDialogProps) {
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const fieldId = useId();

  const enter = async (asked: string) => {
    setBusy(true);
    setProblem(null);
    try {
      onAnswer(await api.ensureGuest(asked.trim() || undefined));
    } catch (error) {
      setProblem(reasonOf(error));
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter(name);
  };
  return (
    <Dialog title="What shall we call you?" onClose={() => onAnswer(null)} locked={busy}>
      <p>{why} No account is needed: this browser will remember you.</p>
      <form onSubmit={submit} className="stack">
        <label htmlFor={fieldId}>Your name</label>
        <input
          id={fieldId}
          className="field"
          data-focus="always"
          value={name}
          maxLength={GUEST_NAME_LENGTH}
          autoComplete="nickname"
          onChange={(event) => setName(event.target.value)}
        />
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <div className="dialog-actions">
          <button
            type="button"
            className="text-button dialog-aside"
            disabled={busy}
            onClick={onAccount}
          >
            Use an account
          </button>
          <button type="button" className="button" disabled={busy} onClick={() => void enter("")}>
            Skip
          </button>
          <button type="submit" className="button button-primary" disabled={busy}>
            Continue
          </button>
        </div>
      </form>
    </Dialog>
  );
}
