/** Checks a seed with its plays from a file: those of somebody else, too. No login, no server. */
import { type ChangeEvent, useId, useState } from "react";
import { type Evidence, readEvidence } from "../casino/evidence";
import type { HistoryPage } from "../casino/model";
import { ReportView } from "./report";

interface Read {
  readonly name: string;
  /** null: it is no such file. */
  readonly evidence: Evidence | null;
  readonly page: HistoryPage;
  /** How many files were read. */
  readonly count: number;
}

export function ByFile() {
  const [read, setRead] = useState<Read | null>(null);
  const fieldId = useId();
  const open = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0];
    if (!file) return;
    const text = await file.text();
    const evidence = readEvidence(text);
    const page = { events: evidence?.events ?? [], more: false };
    setRead((before) => ({ name: file.name, evidence, page, count: (before?.count ?? 0) + 1 }));
  };
  return (
    <section className="panel" aria-labelledby="by-file">
      <h2 id="by-file">From a file</h2>
      <p className="quiet">
        What “Save” below a check has saved, or <code>parlor verify --save</code>. Nothing is sent.
      </p>
      <label htmlFor={fieldId}>A saved seed with its plays</label>
      <input
        id={fieldId}
        className="field"
        type="file"
        accept=".json,application/json"
        onChange={(event) => void open(event)}
      />
      {read && !read.evidence && (
        <p className="problem" role="alert">
          {read.name} holds no seed with its plays.
        </p>
      )}
      {read?.evidence && (
        <ReportView seed={read.evidence.revealed} page={read.page} key={read.count} />
      )}
    </section>
  );
}
