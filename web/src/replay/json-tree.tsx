/** Any JSON as a tree that can be folded, with what has changed marked. Knows no game. */
import { countOf, type Difference, entriesOf, isContainer, type Json, pointer } from "./diff";

interface JsonTreeProps {
  readonly value: Json;
  readonly difference: Difference;
}

/** Containers within so many others are open at first; and all that have changed. */
const OPEN_DEPTH = 3;

export function JsonTree({ value, difference }: JsonTreeProps) {
  return (
    <div className="tree">
      <p className="sr-only" aria-live="polite">
        {said(countOf(difference))}
      </p>
      <Node name={null} value={value} path="" depth={0} difference={difference} />
    </div>
  );
}

function said(changes: number): string {
  if (changes === 0) return "Nothing changed in this view.";
  return changes === 1 ? "One value changed." : `${changes} values changed.`;
}

interface NodeProps extends JsonTreeProps {
  readonly name: string | null;
  readonly path: string;
  readonly depth: number;
}

function Node({ name, value, path, depth, difference }: NodeProps) {
  const changed = difference.changed.has(path);
  const label = name !== null && <span className="tree-key">{name}</span>;
  const mark = changed && <span className="sr-only"> (changed)</span>;
  if (!isContainer(value) || entriesOf(value).length === 0) {
    return (
      <div className="tree-leaf" data-changed={changed || undefined}>
        {label}
        <Leaf value={value} />
        {mark}
      </div>
    );
  }
  const entries = entriesOf(value);
  const moved = changed || difference.inside.has(path);
  const gone = difference.gone.get(path) ?? [];
  if (name === null) {
    return <Entries entries={entries} {...{ path, depth, difference, gone }} />;
  }
  return (
    <details
      className="tree-branch"
      data-changed={changed || undefined}
      open={depth < OPEN_DEPTH || moved}
    >
      <summary>
        {label}
        <span className="tree-size">
          {Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}
        </span>
        {mark}
      </summary>
      <Entries entries={entries} {...{ path, depth, difference, gone }} />
    </details>
  );
}

interface EntriesProps {
  readonly entries: readonly [string, Json][];
  readonly path: string;
  readonly depth: number;
  readonly difference: Difference;
  readonly gone: readonly string[];
}

function Entries({ entries, path, depth, difference, gone }: EntriesProps) {
  return (
    <ul>
      {entries.map(([key, value]) => (
        <li key={key}>
          <Node
            name={key}
            value={value}
            path={pointer(path, key)}
            depth={depth + 1}
            difference={difference}
          />
        </li>
      ))}
      {gone.map((key) => (
        <li key={`gone ${key}`} className="tree-leaf" data-changed>
          <del className="tree-key">{key}</del>
          <span className="sr-only"> (gone)</span>
        </li>
      ))}
    </ul>
  );
}

function Leaf({ value }: { readonly value: Json }) {
  const kind = value === null ? "null" : isContainer(value) ? "empty" : typeof value;
  return (
    <code className="tree-value" data-kind={kind}>
      {JSON.stringify(value)}
    </code>
  );
}
