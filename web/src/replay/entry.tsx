/** The commit that made a version: who, what, when, and what came of it. */
import { SAME } from "./diff";
import { JsonTree } from "./json-tree";
import type { Moment } from "./moments";
import { actorName, deed, whenExactly } from "./words";

export function Entry({ moment }: { readonly moment: Moment }) {
  return (
    <section className="replay-entry" aria-labelledby="entry-title">
      <h2 id="entry-title">
        {moment.lock_version}: {deed(moment)}
      </h2>
      <dl>
        <dt>By</dt>
        <dd>{actorName(moment.actor)}</dd>
        <dt>At</dt>
        <dd>
          <time dateTime={moment.at} title={moment.at}>
            {whenExactly(moment.at)}
          </time>
        </dd>
        <dt>State</dt>
        <dd>
          <code className="replay-hash" title={moment.state_hash}>
            {moment.state_hash.slice(0, 16)}…
          </code>
        </dd>
      </dl>
      <h3>{moment.kind === "created" ? "Options" : "Command"}</h3>
      <JsonTree value={moment.command} difference={SAME} />
      <h3>
        {moment.events.length === 0
          ? "No events"
          : moment.events.length === 1
            ? "One event"
            : `${moment.events.length} events`}
      </h3>
      {moment.events.length > 0 && <JsonTree value={moment.events} difference={SAME} />}
    </section>
  );
}
