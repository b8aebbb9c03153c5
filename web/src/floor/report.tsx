/** What a check has found: the seed, and each play that was drawn again from it. */
import { useMemo, useState } from "react";
import { evidenceText } from "../casino/evidence";
import type { HistoryPage, Revealed } from "../casino/model";
import { isSwapped, type KeptSeed } from "../casino/revealed";
import { type Checked, type Report, verify } from "../casino/verify";
import { Scroll } from "../ui/scroll";
import { GAME_NAMES } from "./lines";
import { Signs } from "./symbols";

/** Rows that are shown at once; those at fault are always first. */
const STEP = 30;

interface ReportViewProps {
  /** Without `seen` nobody knows what this browser was shown. */
  readonly seed: Revealed & Partial<Pick<KeptSeed, "seen" | "shown">>;
  readonly page: HistoryPage;
}

export function ReportView({ seed, page }: ReportViewProps) {
  const [most, setMost] = useState(STEP);
  const report = useMemo(() => checked(seed, page), [seed, page]);
  const rows = useMemo(
    () => [...(report?.plays ?? [])].sort((a, b) => Number(!!b.fault) - Number(!!a.fault)),
    [report],
  );
  if (!report) {
    return (
      <p className="problem" role="alert">
        This cannot be checked: some of the plays lack what every play has.
      </p>
    );
  }
  const swapped = isSwapped({ shown: null, ...seed });
  return (
    <div className="report">
      <p className="verdict" role="status" data-ok={report.ok && !swapped}>
        {swapped ? "✗ This is not the client seed that was shown." : verdictOf(report)}
      </p>
      <ul className="report-facts">
        <Fact ok={report.seedOk}>
          SHA-256 of the server seed is{" "}
          {report.seedOk
            ? "the commitment"
            : `not the commitment, but ${report.computed ?? "none"}`}
        </Fact>
        {seed.seen !== undefined && (
          <Fact ok={seed.seen === 0 ? true : null}>{seenText(seed.seen)}</Fact>
        )}
        {swapped && <Fact ok={false}>The client seed was shown as {seed.shown}</Fact>}
        {report.missing > 0 && (
          <Fact ok={false}>
            {report.missing} of {seed.plays} plays are not in the history
          </Fact>
        )}
      </ul>
      <dl className="seeds">
        <dt>Server seed</dt>
        <dd>
          <code>{seed.server_seed}</code>
        </dd>
        <dt>Commitment</dt>
        <dd>
          <code>{seed.commitment}</code>
        </dd>
        <dt>Client seed</dt>
        <dd>
          <code>{seed.client_seed}</code>
        </dd>
      </dl>
      {rows.length === 0 ? (
        <p className="quiet">No play was drawn from this seed.</p>
      ) : (
        <Scroll label="Table of checks">
          <table className="report-table">
            <caption className="sr-only">Plays, drawn again in this browser</caption>
            <thead>
              <tr>
                <th scope="col">No.</th>
                <th scope="col">Game</th>
                <th scope="col">Drawn here</th>
                <th scope="col">Told by the server</th>
                <th scope="col">Check</th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, most).map((one, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: an id may be told twice
                <PlayRow one={one} key={index} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <div className="report-ways">
        {rows.length > most && (
          <button
            type="button"
            className="button"
            onClick={() => setMost((before) => before + STEP)}
          >
            Show more
          </button>
        )}
        {seed.seen !== undefined && (
          <button type="button" className="button" onClick={() => save(seed, page)}>
            Save
          </button>
        )}
      </div>
    </div>
  );
}

/** null when what was told is no history at all. */
function checked(seed: Revealed, page: HistoryPage): Report | null {
  try {
    return verify(seed, page.events, !page.more);
  } catch {
    return null;
  }
}

function seenText(seen: number | null): string {
  if (seen === null) return "This browser did not see that commitment before the seed was revealed";
  if (seen === 0) return "This browser saw that commitment before the first play";
  return `This browser saw that commitment before play ${seen}, not before the first one`;
}

/** As a file, for whoever wants to check it elsewhere. */
function save(seed: Revealed, { events }: HistoryPage): void {
  const plays = new Blob([evidenceText({ revealed: seed, events })], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(plays);
  link.download = `plays-${seed.commitment.slice(0, 16)}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function verdictOf({ ok, seedOk, plays, faults, missing }: Report): string {
  if (ok) {
    if (plays.length === 0) return "✓ The seed is the one that was committed to.";
    return `✓ The seed is right, and ${plays.length === 1 ? "the play follows" : `all ${plays.length} plays follow`} from it.`;
  }
  if (!seedOk) return "✗ This is not the seed that was committed to.";
  if (faults === 0) {
    return `✗ ${missing === 1 ? "One play" : `${missing} plays`} of this seed cannot be checked.`;
  }
  return `✗ ${faults === 1 ? "One play does" : `${faults} plays do`} not follow from the seed.`;
}

function Fact({
  ok,
  children,
}: {
  readonly ok: boolean | null;
  readonly children: React.ReactNode;
}) {
  return (
    <li data-ok={ok ?? undefined}>
      <span aria-hidden="true">{ok === null ? "·" : ok ? "✓" : "✗"}</span>
      <span>{children}.</span>
    </li>
  );
}

function PlayRow({ one }: { readonly one: Checked }) {
  const slot = one.event.game_type === "slot";
  return (
    <tr data-ok={one.fault === null}>
      <td>{one.counter ?? "–"}</td>
      <td>{GAME_NAMES[one.event.game_type]}</td>
      <td>{slot ? <Signs of={one.drawn.split(" ")} /> : one.drawn}</td>
      <td>{slot ? <Signs of={one.told.split(" ")} /> : one.told}</td>
      <td className="report-check">{one.fault === null ? "✓ same" : `✗ ${one.fault}`}</td>
    </tr>
  );
}
