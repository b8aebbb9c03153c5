/** Makes a table: its name, how fast bots play, and how long turns may take. */
import { type FormEvent, useId, useState } from "react";
import { useLogin } from "../login/login";
import { Dialog } from "../ui/dialog";
import { reasonOf } from "../ui/errors";
import { navigate } from "../ui/router";
import { tablePath } from "./links";
import { NAME_LENGTH, type TurnTime } from "./model";

type Kind = "none" | TurnTime["kind"];

const PACES: readonly (readonly [milliseconds: number, word: string])[] = [
  [0, "At once"],
  [250, "Fast"],
  [600, "As people do"],
  [1500, "Slowly"],
];

/** A day, in seconds: the server's limit. */
const LONGEST = 86_400;

export function NewTable({ onClose }: { readonly onClose: () => void }) {
  const { api } = useLogin();
  const [name, setName] = useState("");
  const [pace, setPace] = useState(600);
  const [kind, setKind] = useState<Kind>("none");
  const [seconds, setSeconds] = useState(30);
  const [increment, setIncrement] = useState(5);
  const [grace, setGrace] = useState(30);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const nameId = useId();

  const choose = (chosen: Kind) => {
    setKind(chosen);
    setSeconds(chosen === "increment" ? 600 : 30);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const clock = {
        kind,
        seconds,
        grace_seconds: grace,
        ...(kind === "increment" && { increment }),
      };
      const { game } = await api.request<{ readonly game: { readonly id: number } }>(
        "POST",
        "/api/games",
        {
          body: {
            ...(name.trim() && { name: name.trim() }),
            bot_pace_ms: pace,
            ...(kind !== "none" && { turn_clock: clock }),
          },
        },
      );
      navigate(tablePath(game.id));
    } catch (error) {
      setProblem(`The table was not made. ${reasonOf(error)}`);
      setBusy(false);
    }
  };
  return (
    <Dialog title="New table" onClose={onClose}>
      <form className="stack new-table" onSubmit={(event) => void submit(event)}>
        <label htmlFor={nameId}>Name of the table</label>
        <input
          id={nameId}
          className="field"
          data-focus="keyboard"
          value={name}
          maxLength={NAME_LENGTH}
          placeholder="Nommie"
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
        <fieldset className="choices">
          <legend>Bots play</legend>
          {PACES.map(([milliseconds, word]) => (
            <Choice
              key={milliseconds}
              group="pace"
              word={word}
              checked={pace === milliseconds}
              onChoose={() => setPace(milliseconds)}
            />
          ))}
        </fieldset>
        <fieldset className="choices">
          <legend>Time to think</legend>
          <Choice
            group="clock"
            word="No limit"
            checked={kind === "none"}
            onChoose={() => choose("none")}
          />
          <Choice
            group="clock"
            word="For each turn"
            checked={kind === "fixed"}
            onChoose={() => choose("fixed")}
          />
          <Choice
            group="clock"
            word="For the game"
            checked={kind === "increment"}
            onChoose={() => choose("increment")}
          />
        </fieldset>
        {kind !== "none" && (
          <div className="new-table-times">
            <Seconds
              label={kind === "fixed" ? "Seconds a turn" : "Seconds each"}
              value={seconds}
              least={1}
              onChange={setSeconds}
            />
            {kind === "increment" && (
              <Seconds
                label="More after each turn"
                value={increment}
                least={0}
                onChange={setIncrement}
              />
            )}
            <Seconds
              label="More if somebody drops out"
              value={grace}
              least={0}
              onChange={setGrace}
            />
          </div>
        )}
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" disabled={busy}>
            Set the table
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface ChoiceProps {
  readonly group: string;
  readonly word: string;
  readonly checked: boolean;
  readonly onChoose: () => void;
}

function Choice({ group, word, checked, onChoose }: ChoiceProps) {
  return (
    <label className="choice">
      <input type="radio" name={group} checked={checked} onChange={onChoose} />
      <span>{word}</span>
    </label>
  );
}

interface SecondsProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly onChange: (seconds: number) => void;
}

function Seconds({ label, value, least, onChange }: SecondsProps) {
  return (
    <label className="seconds">
      {label}
      <input
        className="field"
        type="number"
        required
        min={least}
        max={LONGEST}
        value={Number.isNaN(value) ? "" : value}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
    </label>
  );
}
