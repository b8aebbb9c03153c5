/** The floor: four machines, one purse, the own plays. */
import { useCallback, useMemo, useRef, useState } from "react";
import { streakIn } from "../casino/ledger";
import { MONITOR } from "../casino/links";
import type { GameEvent } from "../casino/model";
import { useLogin } from "../login/login";
import { showsReplays } from "../replay/admin";
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

/** What is shown of the wallet while the reels turn. */
interface Held {
  readonly balance: number | null;
  readonly events: readonly GameEvent[];
}

function OpenFloor({ user }: { readonly user: string }) {
  const { api, user: who } = useLogin();
  const { store, state } = useWallet(api, user);
  const { ledger, status } = state;
  const wait = useSecondsUntil(state.waitUntil);
  const since = useLastLive(status.state);
  const [fairness, setFairness] = useState(false);
  const [held, setHeld] = useState<Held | null>(null);
  const holds = useRef(0);

  const hold = useCallback((): Hold => {
    const { balance, events } = store.getState().ledger;
    holds.current += 1;
    setHeld((before) => before ?? { balance, events });
    return {
      paid: (bet) =>
        setHeld(
          (now) => now && { ...now, balance: now.balance === null ? null : now.balance - bet },
        ),
      release: () => {
        holds.current -= 1;
        if (holds.current === 0) setHeld(null);
      },
    };
  }, [store]);
  const value = useMemo<FloorValue>(
    () => ({ store, state, wait, hold }),
    [store, state, wait, hold],
  );
  const shown = held ?? ledger;
  const streak = streakIn(ledger);
  return (
    <FloorContext value={value}>
      <Shell aside={<ConnectionPill status={status} />}>
        <StaleNotice status={status} what="floor" since={since} onRetry={() => store.retry()} />
        {status.state === "closed" && status.code !== null && (
          <div className="notice" data-kind="error" role="alert">
            <p>The server does not let this page listen any more ({status.reason}).</p>
            <button type="button" className="button" onClick={() => store.retry()}>
              Try again
            </button>
          </div>
        )}
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
              {showsReplays(who) && (
                <Link href={MONITOR} className="button">
                  Monitor
                </Link>
              )}
            </div>
          </header>
          {ledger.balance === 0 && !ledger.round && (
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
