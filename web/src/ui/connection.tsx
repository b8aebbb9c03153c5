/** How the connection is, in words and colour, and who else is here. */
import type { Status } from "parlor-client";
import { useEffect, useState } from "react";
import { Icon } from "./icons";

const WORD: Record<Status["state"], string> = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  paused: "Paused",
  offline: "Offline",
  closed: "Closed",
};

const TRANSPORT = {
  websocket: "WebSocket",
  sse: "Server-Sent Events",
  polling: "polling",
} as const;

export function ConnectionPill({ status }: { readonly status: Status }) {
  const by = status.transport ? ` by ${TRANSPORT[status.transport]}` : "";
  const why = status.reason && status.state !== "live" ? ` (${status.reason})` : "";
  return (
    <span className="pill" data-state={status.state} title={WORD[status.state] + by + why}>
      <span className="pill-dot" aria-hidden="true" />
      <span role="status">{WORD[status.state]}</span>
    </span>
  );
}

export function Watching({ viewers }: { readonly viewers: number }) {
  return (
    <span className="watching" title={`${viewers} watching`}>
      <Icon name="eye" />
      <span className="watching-number">{viewers}</span>
      <span className="watching-word"> watching</span>
    </span>
  );
}

interface StaleNoticeProps {
  readonly status: Status;
  /** What is shown: "board", "table". */
  readonly what: string;
  /** When it was last known to be current. */
  readonly since: Date | null;
  readonly onRetry: () => void;
}

/** What is shown stays while the server is away; this says that it may be old. */
export function StaleNotice({ status, what, since, onRetry }: StaleNoticeProps) {
  const lost = status.state === "reconnecting" || status.state === "offline";
  if (!lost) return null;
  const time = since?.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return (
    <div className="notice stale-notice" data-kind="warning">
      <p>
        <strong>
          {status.state === "offline" ? "You are offline." : "The connection is lost."}
        </strong>{" "}
        {time ? `This is the ${what} as of ${time}. ` : ""}It catches up by itself.
      </p>
      <button type="button" className="button" onClick={onRetry}>
        Try now
      </button>
    </div>
  );
}

/** When what is shown was last known to be current: set when the connection stops being live. */
export function useLastLive(state: Status["state"]): Date | null {
  const [since, setSince] = useState<Date | null>(null);
  const live = state === "live";
  useEffect(() => {
    if (!live) return;
    return () => setSince(new Date());
  }, [live]);
  return since;
}
