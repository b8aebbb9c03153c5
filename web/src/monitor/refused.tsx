/** Commands that were refused since the page listens, by code. */

export function Refused({ refused }: { readonly refused: ReadonlyMap<string, number> }) {
  const codes = [...refused].sort(([, one], [, other]) => other - one);
  return (
    <section className="panel" aria-labelledby="refused-title">
      <h2 id="refused-title">Refused</h2>
      {codes.length === 0 ? (
        <p className="quiet">Nothing was refused since this page listens.</p>
      ) : (
        <ul className="refused">
          {codes.map(([code, count]) => (
            <li key={code}>
              <code>{code}</code>
              <span>{count.toLocaleString("en")}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
