/** Logs in to an account, or makes one. */
import { type Api, ApiError, type User } from "parlor-client";
import { type FormEvent, useId, useState } from "react";
import { Dialog } from "../ui/dialog";
import { reasonOf } from "../ui/errors";
import type { AccountWay } from "./login";

/** As the server has them, in characters. */
const SITE_ID = { least: 3, most: 32, pattern: "[A-Za-z0-9._\\-]+" };
const NICKNAME_LENGTH = 60;
const PASSWORD = { least: 8, most: 128 };

interface AccountDialogProps {
  readonly api: Api;
  readonly start: AccountWay;
  readonly onAnswer: (user: User | null) => void;
}

export default function AccountDialog({ api, start, onAnswer }: AccountDialogProps) {
  const [way, setWay] = useState(start);
  const [siteId, setSiteId] = useState("");
  const [nickname, setNickname] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [siteIdField, nicknameField, passwordField, hint] = [useId(), useId(), useId(), useId()];
  const making = way === "signup";
  const guest = api.user !== null && api.user.site_id === undefined;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    const name = siteId.trim();
    try {
      const entered = making
        ? api.signUp(name, nickname.trim() || name, password)
        : api.logIn(name, password);
      onAnswer(await entered);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={making ? "Sign up" : "Log in"}
      onClose={() => onAnswer(null)}
      // An answer that comes later would log in whoever has thought better of it.
      locked={busy}
    >
      <fieldset className="segments">
        <legend className="sr-only">Log in or sign up</legend>
        {(["login", "signup"] as const).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="account-way"
              checked={way === one}
              onChange={() => {
                setWay(one);
                setProblem(null);
              }}
            />
            <span>{one === "login" ? "I have an account" : "I am new"}</span>
          </label>
        ))}
      </fieldset>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <label htmlFor={siteIdField}>Login name</label>
        <input
          id={siteIdField}
          className="field"
          data-focus="always"
          value={siteId}
          required
          minLength={making ? SITE_ID.least : undefined}
          maxLength={SITE_ID.most}
          pattern={making ? SITE_ID.pattern : undefined}
          title="Letters, digits, dots, _ and -"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => setSiteId(event.target.value)}
        />
        {making && (
          <>
            <label htmlFor={nicknameField}>What others call you</label>
            <input
              id={nicknameField}
              className="field"
              value={nickname}
              maxLength={NICKNAME_LENGTH}
              autoComplete="nickname"
              placeholder={siteId}
              onChange={(event) => setNickname(event.target.value)}
            />
          </>
        )}
        <label htmlFor={passwordField}>Password</label>
        <input
          id={passwordField}
          className="field"
          type="password"
          value={password}
          required
          minLength={making ? PASSWORD.least : undefined}
          maxLength={PASSWORD.most}
          autoComplete={making ? "new-password" : "current-password"}
          aria-describedby={making ? hint : undefined}
          onChange={(event) => setPassword(event.target.value)}
        />
        {making && (
          <p className="quiet" id={hint}>
            {PASSWORD.least} characters or more.
          </p>
        )}
        {guest && (
          <p className="quiet">
            You leave the guest that this browser remembers: its boards and tokens stay with it.
          </p>
        )}
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <div className="dialog-actions">
          <button type="button" className="button" disabled={busy} onClick={() => onAnswer(null)}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" aria-disabled={busy || undefined}>
            {making ? "Sign up" : "Log in"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function problemOf(error: unknown): string {
  const wait = error instanceof ApiError && error.status === 429 ? error.retryAfter : null;
  if (wait === null) return reasonOf(error);
  const seconds = Math.max(1, Math.ceil(wait / 1000));
  return `Too many attempts. Try again in ${seconds === 1 ? "a second" : `${seconds} seconds`}.`;
}
