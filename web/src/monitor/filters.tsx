/** Which plays the table shows. */
import { useId, useState } from "react";
import { GAMES } from "../casino/model";
import { GAME_NAMES } from "../floor/lines";
import { ALL, type Filter, isAll } from "./filter";

interface FiltersProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

export function Filters({ filter, onChange }: FiltersProps) {
  const [user, game, outcome, least] = [useId(), useId(), useId(), useId()];
  // What is typed stays, number or not; what is no number leaves nothing out.
  const [typed, setTyped] = useState("");
  const set = (change: Partial<Filter>) => onChange({ ...filter, ...change });
  const odd = typed.trim() !== "" && !/^\d+$/.test(typed.trim());
  const idle = isAll(filter) && typed === "";
  return (
    <search className="filters">
      <div>
        <label htmlFor={user}>User</label>
        <input
          id={user}
          className="field"
          value={filter.user}
          placeholder="all"
          autoComplete="off"
          onChange={(event) => set({ user: event.target.value.trim() })}
        />
      </div>
      <div>
        <label htmlFor={game}>Game</label>
        <select
          id={game}
          className="field"
          value={filter.game}
          onChange={(event) => set({ game: event.target.value as Filter["game"] })}
        >
          <option value="all">all</option>
          {GAMES.map((one) => (
            <option value={one} key={one}>
              {GAME_NAMES[one]}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label htmlFor={outcome}>Outcome</label>
        <select
          id={outcome}
          className="field"
          value={filter.outcome}
          onChange={(event) => set({ outcome: event.target.value as Filter["outcome"] })}
        >
          <option value="all">all</option>
          <option value="won">won</option>
          <option value="lost">lost</option>
        </select>
      </div>
      <div>
        <label htmlFor={least}>Bet, at least</label>
        <input
          id={least}
          className="field"
          inputMode="numeric"
          autoComplete="off"
          value={typed}
          placeholder="0"
          aria-invalid={odd || undefined}
          onChange={(event) => {
            setTyped(event.target.value);
            set({ least: Number(event.target.value) || 0 });
          }}
        />
      </div>
      <button
        type="button"
        className="button"
        aria-disabled={idle}
        onClick={() => {
          if (idle) return;
          setTyped("");
          onChange(ALL);
        }}
      >
        Show all
      </button>
    </search>
  );
}
