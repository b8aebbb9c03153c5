/** For those who may not look: what it takes, and a place for a token. */
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useLogin } from "../login/login";
import { adminToken, keepAdminToken } from "./admin";

interface GateProps {
  readonly onToken: () => void;
  /** What there is to see. */
  readonly children: ReactNode;
}

export function Gate({ onToken, children }: GateProps) {
  const { user } = useLogin();
  const [token, setToken] = useState("");
  const [fieldId, hintId] = [useId(), useId()];
  const refused = adminToken() !== null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = token.trim();
    if (!given) return;
    keepAdminToken(given);
    onToken();
  };
  return (
    <section className="replay-gate">
      <h1>For admins</h1>
      <p>
        {children} It takes the role <code>admin</code>
        {user ? `, which ${user.name || "this guest"} does not have here.` : "."}
      </p>
      <form className="stack" onSubmit={submit}>
        <label htmlFor={fieldId}>Admin token</label>
        <input
          id={fieldId}
          className="field"
          type="password"
          autoComplete="off"
          value={token}
          aria-describedby={hintId}
          onChange={(event) => setToken(event.target.value)}
        />
        {refused && (
          <p className="problem" role="alert">
            The server did not take this token for one of an admin.
          </p>
        )}
        <p className="quiet" id={hintId}>
          On the server: <code>parlor token --user NAME --role admin</code>. This tab forgets it
          when it is closed.
          {user && (
            <>
              {" "}
              Or give yourself the role: <code>parlor user grant {user.id} admin</code>, and load
              this page again.
            </>
          )}
        </p>
        <div>
          <button type="submit" className="button button-primary">
            Look
          </button>
        </div>
      </form>
    </section>
  );
}
