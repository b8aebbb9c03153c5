/** Tokens as a gift of the house. */
import { type FormEvent, useId, useState } from "react";
import type { Casino } from "../casino/client";
import { refusalOf } from "../casino/reasons";
import { whole } from "../floor/lines";

export function GiveTokens({ casino }: { readonly casino: Casino }) {
  const [user, setUser] = useState("");
  const [amount, setAmount] = useState("1000");
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [userField, amountField] = [useId(), useId()];
  const give = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    setSaid(null);
    try {
      const { balance } = await casino.give(user.trim(), Number(amount));
      setSaid(`User ${user.trim()} has ${whole(balance)} tokens now.`);
    } catch (error) {
      setProblem(refusalOf(error));
    }
    setBusy(false);
  };
  return (
    <section className="panel" aria-labelledby="give-title">
      <h2 id="give-title">Give tokens</h2>
      <form className="give" onSubmit={(event) => void give(event)}>
        <div>
          <label htmlFor={userField}>To user</label>
          <input
            id={userField}
            className="field"
            required
            autoComplete="off"
            value={user}
            onChange={(event) => setUser(event.target.value)}
          />
        </div>
        <div>
          <label htmlFor={amountField}>Tokens</label>
          <input
            id={amountField}
            className="field"
            type="number"
            min={1}
            required
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
          />
        </div>
        <button type="submit" className="button" disabled={busy}>
          Give
        </button>
      </form>
      <p role="status">{said}</p>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}
