/** The server has said that it will not talk to this page: what is shown stays, and grows old. */
import type { Status } from "parlor-client";

interface ClosedNoticeProps {
  readonly status: Status;
  readonly onRetry: () => void;
}

export function ClosedNotice({ status, onRetry }: ClosedNoticeProps) {
  if (status.state !== "closed" || status.code === null) return null;
  return (
    <div className="notice" data-kind="error" role="alert">
      <p>The server does not let this page listen any more ({status.reason}).</p>
      <button type="button" className="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
