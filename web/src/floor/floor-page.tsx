/** The floor: four machines, one purse, the own plays. */
import { useCallback, useMemo, useState } from "react";
import { type Shown, streakIn, without } from "../casino/ledger";
import { MONITOR } from "../casino/links";
import type { SlotResult } from "../casino/model";
import { useLogin } from "../login/login";
import { adminToken, showsReplays } from "../replay/admin";
import { ClosedNotice } from "../ui/closed-notice";
import { ConnectionPill, StaleNotice, useLastLive } from "../ui/connection";
import { Link } from "../ui/router";
import { Shell } from "../ui/shell";
import { useTitle } from "../ui/use-title";
import { Crash } from "./crash";
import { FairnessDialog } from "./fairness-dialog";
import { FloorContext, type FloorValue, type Hold } from "./floor-context";
import { Gacha } from "./gacha";
import { History } from "./history";
import { Purse } from "./purse";
import { Rps } from "./rps";
import { Slot } from "./slot";
import { useSecondsUntil, useWallet } from "./use-wallet";
import "../styles/floor.css";

export default function FloorPage() {
  const { user } = useLogin();
  useTitle("The floor");
  if (!user) return <Door />;
  return <OpenFloor key={user.id} user={user.id} />;
}

/** For those who have not said who they are. */
function Door() {
  const { ensureUser, enterAccount } = useLogin();
  return (
    <Shell>
      <section className="floor door">
        <h1>The floor</h1>
        <p>
          Slot, rock-paper-scissors, gacha and crash, for tokens that are worth nothing but fun. A
          thousand of them are yours when you come in, and every draw can be checked.
        </p>
        <div className="door-ways">
          <button
            type="button"
            className="button machine-go"
            onClick={() => void ensureUser("The house keeps a wallet for you.")}
          >
            Play as a guest
          </button>
          <button type="button" className="button" onClick={() => void enterAccount("login")}>
            Log in
          </button>
          <button type="button" className="button" onClick={() => void enterAccount("signup")}>
            Sign up
          </button>
        </div>
      </section>
    </Shell>
  );
}

/** What is shown while the reels turn: all as it was, and after the answer all but that play. */
type Held = { readonly before: Shown } | { readonly own: SlotResult };

function OpenFloor({ user }: { readonly user: string }) {
  const { api, user: who } = useLogin();
  const { store, state } = useWallet(api, user);
  const { ledger, status } = state;
  const wait = useSecondsUntil(state.waitUntil);
  const since = useLastLive(status.state);
  const [fairness, setFairness] = useState(false);
  const [held, setHeld] = useState<Held | null>(null);

  const hold = useCallback((): Hold => {
    setHeld({ before: store.getState().ledger });
    return { paid: (own) => setHeld({ own }), release: () => setHeld(null) };
  }, [store]);
  const value = useMemo<FloorValue>(
    () => ({ store, state, wait, hold }),
    [store, state, wait, hold],
  );
  const shown = !held ? ledger : "own" in held ? without(ledger, held.own) : held.before;
  const streak = streakIn(shown);
  // A role may have been given or taken since the login.
  const watches = ledger.me
    ? adminToken() !== null || ledger.me.role === "admin"
    : showsReplays(who);
  return (
    <FloorContext value={value}>
      <Shell aside={<ConnectionPill status={status} />}>
        <StaleNotice status={status} what="floor" since={since} onRetry={() => store.retry()} />
        <ClosedNotice status={status} onRetry={() => store.retry()} />
        {wait > 0 && (
          <div className="notice" role="alert">
            <p>
              That was too fast. The machines take bets again in{" "}
              {wait === 1 ? "a second" : `${wait} seconds`}.
            </p>
          </div>
        )}
        <div className="floor" data-waiting={wait > 0 || undefined}>
          <header className="floor-head">
            <h1>The floor</h1>
            <Purse balance={shown.balance} />
            {streak > 1 && <span className="streak">{streak} wins in a row</span>}
            <div className="floor-ways">
              <button type="button" className="button" onClick={() => setFairness(true)}>
                Fair play
              </button>
              {watches && (
                <Link href={MONITOR} className="button">
                  Monitor
                </Link>
              )}
            </div>
          </header>
          {!held && shown.balance === 0 && !ledger.round && (
            <p className="floor-broke" role="status">
              Your purse is empty. An admin can give you tokens.
            </p>
          )}
          <div className="machines">
            <Slot />
            <Crash />
            <Rps />
            <Gacha />
          </div>
        </div>
        <History events={shown.events} />
        {fairness && (
          <FairnessDialog
            casino={store.casino}
            fairness={ledger.fairness}
            rotate={(seed) => store.rotate(seed)}
            onClose={() => setFairness(false)}
          />
        )}
      </Shell>
    </FloorContext>
  );
}
