/** The field for a bet. What is typed is sent as it is: the server says what is wrong with it. */
import { useId } from "react";
import { useFloor } from "./floor-context";

interface StakeProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** It stays as it is while what it was typed for runs. */
  readonly fixed?: boolean;
}

export function Stake({ value, onChange, fixed = false }: StakeProps) {
  const fieldId = useId();
  const balance = useFloor().state.ledger.balance ?? 0;
  const now = Number(value);
  const usable = Number.isFinite(now) && !fixed && balance > 0;
  const to = (tokens: number) => {
    if (usable) onChange(String(Math.max(1, Math.min(tokens, balance))));
  };
  return (
    <div className="stake">
      <label htmlFor={fieldId}>Bet</label>
      <div className="stake-line">
        <input
          id={fieldId}
          className="field"
          inputMode="numeric"
          autoComplete="off"
          value={value}
          readOnly={fixed}
          onChange={(event) => onChange(event.target.value)}
        />
        <button
          type="button"
          className="chip"
          aria-disabled={!usable}
          onClick={() => to(Math.floor(now / 2))}
          aria-label="½: half the bet"
        >
          ½
        </button>
        <button
          type="button"
          className="chip"
          aria-disabled={!usable}
          onClick={() => to(Math.floor(now * 2))}
          aria-label="×2: twice the bet"
        >
          ×2
        </button>
        <button
          type="button"
          className="chip"
          aria-disabled={!usable}
          onClick={() => to(balance)}
          aria-label="All tokens"
        >
          All
        </button>
      </div>
    </div>
  );
}
