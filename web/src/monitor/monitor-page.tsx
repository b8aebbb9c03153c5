/** The monitor: every play as it happens, who is there, what comes back, how fast. For admins. */
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Casino } from "../casino/client";
import { useLogin } from "../login/login";
import { adminToken } from "../replay/admin";
import { Gate } from "../replay/gate";
import { ClosedNotice } from "../ui/closed-notice";
import { ConnectionPill, StaleNotice, useLastLive } from "../ui/connection";
import { Shell } from "../ui/shell";
import { useTitle } from "../ui/use-title";
import { EventTable } from "./event-table";
import { Filters } from "./filters";
import { GiveTokens } from "./give-tokens";
import { Legs } from "./legs";
import { type MonitorState, MonitorStore } from "./monitor-store";
import { People } from "./people";
import { Refused } from "./refused";
import { Returns } from "./returns-panel";
import { SECONDS } from "./series";
import { TimeChart } from "./time-chart";
import "../styles/replay.css";
import "../styles/floor.css";
import "../styles/monitor.css";

/** Ends that another token or another user would change: expired, none, no right. */
const NOT_YOURS: readonly (number | null)[] = [4401, 4501, 4503];

export default function MonitorPage() {
  const { user } = useLogin();
  // Another token, or another user: everything begins anew.
  const [attempt, setAttempt] = useState(0);
  useTitle("Monitor");
  return (
    <Watch key={`${user?.id}:${attempt}`} onToken={() => setAttempt((before) => before + 1)} />
  );
}

function Watch({ onToken }: { readonly onToken: () => void }) {
  const { api } = useLogin();
  const { store, casino } = useMemo(() => {
    const accessToken = (fresh: boolean) => adminToken() ?? api.accessToken(fresh);
    const request: typeof api.request = (method, path, asked = {}) => {
      const token = adminToken();
      return api.request(method, path, token ? { ...asked, token } : asked);
    };
    return {
      store: new MonitorStore(api.url, { accessToken }),
      casino: new Casino({ request }),
    };
  }, [api]);
  useEffect(() => {
    store.start();
    return () => store.close();
  }, [store]);
  const state = useSyncExternalStore(store.subscribe, store.getState);
  const { status } = state;
  const since = useLastLive(status.state);
  const pasted = adminToken() !== null;
  const out = status.state === "closed" && NOT_YOURS.includes(status.code);
  const onUser = useCallback(
    (user: string) => store.setFilter({ ...store.getState().filter, user }),
    [store],
  );
  if (out || (pasted && status.code === 4401)) {
    return (
      <Shell>
        <Gate onToken={onToken}>The monitor shows what every user plays, as it happens.</Gate>
      </Shell>
    );
  }
  return (
    <Shell aside={<ConnectionPill status={status} />}>
      <ClosedNotice status={status} onRetry={() => store.retry()} />
      <StaleNotice status={status} what="floor" since={since} onRetry={() => store.retry()} />
      {state.gapAt !== null && (
        <div className="notice" role="alert">
          <p>
            <strong>Events were missed</strong> before{" "}
            {new Date(state.gapAt).toLocaleTimeString([], { timeStyle: "medium" })}: this page was
            away for longer than the server remembers. What is counted here lacks them.
          </p>
          <button type="button" className="button" onClick={() => store.forgetGap()}>
            Understood
          </button>
        </div>
      )}
      <div className="monitor">
        <Head store={store} state={state} />
        <div className="monitor-columns">
          <section className="panel monitor-plays" aria-labelledby="plays-live">
            <h2 id="plays-live">Plays</h2>
            <p className="quiet">A crash round is one play and two rows: its bet, and its end.</p>
            <Filters filter={state.filter} onChange={(filter) => store.setFilter(filter)} />
            <EventTable
              rows={state.rows}
              passed={state.passed}
              version={state.version}
              live={status.state === "live"}
              paused={state.paused}
              onUser={onUser}
              key={JSON.stringify(state.filter)}
            />
          </section>
          <div className="monitor-side">
            <OverTime store={store} version={state.version} stale={status.state !== "live"} />
            <Returns casino={casino} tallies={state.tallies} />
            <Legs legs={state.legs} />
            <Refused refused={state.refused} />
            <People connected={state.connected} connections={state.connections} />
            <GiveTokens casino={casino} />
          </div>
        </div>
      </div>
    </Shell>
  );
}

function Head({ store, state }: { readonly store: MonitorStore; readonly state: MonitorState }) {
  const { paused, waiting, total, connected, connections } = state;
  const last = store.series.last(10);
  const pace = last.reduce((sum, { plays }) => sum + plays, 0) / last.length;
  // The clock that the seconds follow is the server's: while it is away, nobody knows.
  const live = state.status.state === "live";
  return (
    <header className="monitor-head">
      <h1>Monitor</h1>
      <dl className="monitor-figures">
        <Figure name="Plays" value={total.toLocaleString("en")} />
        <Figure name="Plays a second" value={live ? pace.toFixed(1) : "–"} />
        <Figure name="Users here" value={connected.size.toLocaleString("en")} />
        <Figure name="Connections" value={connections.toLocaleString("en")} />
      </dl>
      <div className="monitor-pause">
        <span role="status">{paused ? "The table is paused." : ""}</span>
        {paused && <span className="monitor-waiting">{waiting.toLocaleString("en")} new</span>}
        <button
          type="button"
          className="button"
          aria-pressed={paused}
          onClick={() => store.pause(!paused)}
        >
          {paused ? "Resume" : "Pause"}
        </button>
      </div>
    </header>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-figure={name}>{value}</dd>
    </div>
  );
}

interface OverTimeProps {
  readonly store: MonitorStore;
  /** Changes when there is something new to draw. */
  readonly version: number;
  readonly stale: boolean;
}

function OverTime({ store, stale }: OverTimeProps) {
  const seconds = store.series.last();
  const minutes = SECONDS / 60;
  return (
    <section className="panel" aria-labelledby="over-time" data-stale={stale || undefined}>
      <h2 id="over-time">The last {minutes} minutes</h2>
      {stale && <p className="quiet">As last heard: no more is known now.</p>}
      <TimeChart
        title="Plays a second"
        lines={[{ name: "Plays", kind: "plays", values: seconds.map(({ plays }) => plays) }]}
      />
      <TimeChart
        title="Tokens a second"
        lines={[
          { name: "Staked", kind: "stake", values: seconds.map(({ stake }) => stake) },
          { name: "Paid", kind: "payout", values: seconds.map(({ payout }) => payout) },
        ]}
      />
    </section>
  );
}
