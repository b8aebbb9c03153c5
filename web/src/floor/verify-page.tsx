/** The page that checks: how a play is drawn, the seeds that were revealed, and any seeds by hand. */
import { useMemo, useState } from "react";
import { Casino } from "../casino/client";
import { fetchPlays } from "../casino/fetch-plays";
import { FLOOR } from "../casino/links";
import type { HistoryPage } from "../casino/model";
import { refusalOf } from "../casino/reasons";
import { type KeptSeed, keptSeeds } from "../casino/revealed";
import { useLogin } from "../login/login";
import { Link } from "../ui/router";
import { Shell } from "../ui/shell";
import { useTitle } from "../ui/use-title";
import { ByHand } from "./by-hand";
import { Rotate } from "./fairness-dialog";
import { ReportView } from "./report";
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
            Before you play, the house fixes a secret seed and shows its SHA-256. Play number{" "}
            <var>n</var> is drawn from <code>HMAC-SHA-256(server seed, “client seed:n:block”)</code>
            , so the house cannot change a draw, and cannot know your client seed when it commits.
            Once the seed is revealed, this page draws each play again, with code of its own, in
            your browser.
          </p>
        </header>
        {user ? (
          <Own key={user.id} user={user.id} casino={new Casino(api)} />
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
        <ByHand />
      </div>
    </Shell>
  );
}

function Own({ user, casino: given }: { readonly user: string; readonly casino: Casino }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first one is as good as any
  const casino = useMemo(() => given, []);
  const [seeds, setSeeds] = useState<readonly KeptSeed[]>(() => keptSeeds(user));
  return (
    <>
      <section className="panel" aria-labelledby="seed-now">
        <h2 id="seed-now">The seed that counts now</h2>
        <Rotate
          user={user}
          casino={casino}
          rotate={(seed) => casino.rotate(seed)}
          plays={0}
          onRotated={() => setSeeds(keptSeeds(user))}
        />
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
      setPage(await fetchPlays(casino, seed.plays));
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
