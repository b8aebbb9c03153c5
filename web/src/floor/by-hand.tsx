/** Draws one play from seeds that anyone may type in: no login, no server. */
import { useId, useState } from "react";
import {
  commitmentOf,
  crashOf,
  gachaOf,
  handOf,
  PITY,
  roundCommitment,
  slotOf,
} from "../casino/draws";
import { timesText } from "../casino/multiplier";
import { bytesOfHex } from "../casino/sha256";
import { hundredthsIn, wholeIn } from "./numbers";
import { Signs } from "./symbols";

export function ByHand() {
  const [serverSeed, setServerSeed] = useState("");
  const [clientSeed, setClientSeed] = useState("");
  const [counter, setCounter] = useState("0");
  const [pity, setPity] = useState("0");
  const bytes = bytesOfHex(serverSeed.trim());
  const [number, before] = [wholeIn(counter), wholeIn(pity)];
  const why =
    bytes === null || bytes.length === 0
      ? "A server seed is hexadecimal digits, two a byte."
      : number === null
        ? "The number of a play is 0 or more."
        : before === null || before >= PITY
          ? `Pulls since the last Epic are 0 to ${PITY - 1}.`
          : null;
  return (
    <section className="panel" aria-labelledby="by-hand">
      <h2 id="by-hand">By hand</h2>
      <p className="quiet">What any seeds would have drawn, for each game. Nothing is sent.</p>
      <div className="hand-fields">
        <Field label="Server seed (hexadecimal)" value={serverSeed} onChange={setServerSeed} />
        <Field label="Client seed" value={clientSeed} onChange={setClientSeed} />
        <Field label="Number of the play" value={counter} onChange={setCounter} />
        <Field label="Pulls since the last Epic" value={pity} onChange={setPity} />
      </div>
      {serverSeed.trim() !== "" && why !== null && (
        <p className="problem" role="alert">
          {why}
        </p>
      )}
      {bytes && number !== null && before !== null && why === null && (
        <Drawn source={{ serverSeed: bytes, clientSeed, counter: number }} pity={before} />
      )}
      <Round />
    </section>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Field({ label, value, onChange }: FieldProps) {
  const fieldId = useId();
  return (
    <div className="stack">
      <label htmlFor={fieldId}>{label}</label>
      <input
        id={fieldId}
        className="field"
        value={value}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

interface DrawnProps {
  readonly source: Parameters<typeof slotOf>[0];
  readonly pity: number;
}

function Drawn({ source, pity }: DrawnProps) {
  return (
    <dl className="seeds" aria-live="polite">
      <dt>SHA-256 of the server seed</dt>
      <dd>
        <code>{commitmentOf(source.serverSeed)}</code>
      </dd>
      <dt>Slot</dt>
      <dd>
        <Signs of={slotOf(source)} />
      </dd>
      <dt>House's hand</dt>
      <dd>{handOf(source)}</dd>
      <dt>Ten pulls</dt>
      <dd>
        {gachaOf(source, 10, pity)
          .items.map((item) => `${item.name} (${item.rarity})`)
          .join(", ")}
      </dd>
      <dt>Crash point</dt>
      <dd>{timesText(crashOf(source) / 100)}</dd>
    </dl>
  );
}

/** A crash round needs no seed: its point is committed to by itself. */
function Round() {
  const [game, setGame] = useState("");
  const [point, setPoint] = useState("");
  const [salt, setSalt] = useState("");
  const hundredths = hundredthsIn(point);
  const number = wholeIn(game);
  const why =
    number === null
      ? "A round has a number."
      : hundredths === null
        ? "A crash point is 1 to 1000, with two decimals at most."
        : null;
  return (
    <>
      <h3>One crash round</h3>
      <div className="hand-fields">
        <Field label="Round" value={game} onChange={setGame} />
        <Field label="Crash point" value={point} onChange={setPoint} />
        <Field label="Salt" value={salt} onChange={setSalt} />
      </div>
      {game !== "" && point !== "" && why !== null && (
        <p className="problem" role="alert">
          {why}
        </p>
      )}
      {number !== null && hundredths !== null && salt.trim() !== "" && (
        <p aria-live="polite">
          Its commitment is <code>{roundCommitment(number, hundredths, salt.trim())}</code>
        </p>
      )}
    </>
  );
}
