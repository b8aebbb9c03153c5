/** The page that checks: how a play is drawn, the seeds that were revealed, and any seeds by hand. */

import type { Api } from "parlor-client";
import { useMemo, useState } from "react";
import type { Casino } from "../casino/client";
import { fetchPlays } from "../casino/fetch-plays";
import { FLOOR } from "../casino/links";
import type { HistoryPage } from "../casino/model";
import { refusalOf } from "../casino/reasons";
import { type KeptSeed, keptSeeds } from "../casino/revealed";
import { useLogin } from "../login/login";
import { Link } from "../ui/router";
import { Shell } from "../ui/shell";
import { useTitle } from "../ui/use-title";
import { ByFile } from "./by-file";
import { ByHand } from "./by-hand";
import { Rotate } from "./fairness-dialog";
import { ReportView } from "./report";
import { useWallet } from "./use-wallet";
import "../styles/floor.css";

export default function VerifyPage() {
  const { api, user, ensureUser } = useLogin();
  useTitle("Verify");
  return (
    <Shell>
      <div className="verify">
        <header className="verify-head">
          <p>
            <Link href={FLOOR}>The floor</Link>
          </p>
          <h1>Verify</h1>
          <p>
            Before you choose your client seed, the house fixes a secret seed and shows its SHA-256.
            Play number <var>n</var> is drawn from{" "}
            <code>HMAC-SHA-256(server seed, “client seed:n:block”)</code>, so the house cannot
            change a draw, and did not know your client seed when it committed. Once the seed is
            revealed, this page draws each play again, with code of its own, in your browser.
          </p>
        </header>
        {user ? (
          <Own key={user.id} user={user.id} api={api} />
        ) : (
          <div className="empty">
            <p>Your own plays can be checked when you say who you are.</p>
            <button
              type="button"
              className="button"
              onClick={() => void ensureUser("The house keeps a wallet for you.")}
            >
              Come in
            </button>
          </div>
        )}
        <ByFile />
        <ByHand />
      </div>
    </Shell>
  );
}

function Own({ user, api }: { readonly user: string; readonly api: Api }) {
  const { store, state } = useWallet(api, user);
  const { casino } = store;
  const { fairness } = state.ledger;
  // Another seed counts when one has been revealed, in this window or elsewhere.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is kept changes with the seed
  const seeds = useMemo(() => keptSeeds(user), [user, fairness?.commitment]);
  return (
    <>
      <section className="panel" aria-labelledby="seed-now">
        <h2 id="seed-now">The seed that counts now</h2>
        {state.problem && (
          <p className="problem" role="alert">
            {state.problem}
          </p>
        )}
        <Rotate casino={casino} fairness={fairness} rotate={(seed) => store.rotate(seed)} />
      </section>
      <section className="panel" aria-labelledby="seeds-before">
        <h2 id="seeds-before">Revealed to this browser</h2>
        {seeds.length === 0 ? (
          <p className="quiet">None yet. “Reveal and check” shows the first one.</p>
        ) : (
          <ul className="seed-list">
            {seeds.map((seed) => (
              <KeptLine seed={seed} casino={casino} key={seed.commitment} />
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function KeptLine({ seed, casino }: { readonly seed: KeptSeed; readonly casino: Casino }) {
  const [page, setPage] = useState<HistoryPage | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const check = async () => {
    setBusy(true);
    setProblem(null);
    try {
      setPage(await fetchPlays(casino, seed));
    } catch (error) {
      setProblem(refusalOf(error));
    }
    setBusy(false);
  };
  return (
    <li>
      <div className="seed-line">
        <time dateTime={new Date(seed.at).toISOString()}>
          {new Date(seed.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}
        </time>
        <span>{seed.plays === 1 ? "1 play" : `${seed.plays} plays`}</span>
        <code title={seed.commitment}>{seed.commitment.slice(0, 16)}…</code>
        <button type="button" className="button" disabled={busy} onClick={() => void check()}>
          Check
        </button>
      </div>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {page && <ReportView seed={seed} page={page} />}
    </li>
  );
}
