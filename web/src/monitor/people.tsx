/** Who listens to a stream of their own now. */

/** Ids that are written out; the rest is counted. */
const SHOWN = 60;

interface PeopleProps {
  readonly connected: ReadonlySet<string>;
  readonly connections: number;
}

export function People({ connected, connections }: PeopleProps) {
  const ids = [...connected].slice(0, SHOWN);
  const rest = connected.size - ids.length;
  return (
    <section className="panel" aria-labelledby="people-title">
      <h2 id="people-title">Users here</h2>
      {connected.size === 0 ? (
        <p className="quiet">Nobody is connected.</p>
      ) : (
        <>
          <p className="quiet">
            {connected.size.toLocaleString("en")} by {connections.toLocaleString("en")}{" "}
            {connections === 1 ? "connection" : "connections"}
          </p>
          <ul className="people">
            {ids.map((id) => (
              <li key={id}>{id}</li>
            ))}
            {rest > 0 && <li>and {rest.toLocaleString("en")} more</li>}
          </ul>
        </>
      )}
    </section>
  );
}
