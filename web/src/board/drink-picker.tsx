/** Which drink was it? Those on this board stand first; one that is missing can be added. */
import { type FormEvent, useEffect, useId, useState, useSyncExternalStore } from "react";
import { Dialog } from "../ui/dialog";
import { reasonOf } from "../ui/errors";
import { Icon } from "../ui/icons";
import { useBoard } from "./board-context";
import { NAME_LENGTH, type Player } from "./model";

interface DrinkPickerProps {
  readonly player: Player;
  readonly onPick: (drinkId: string) => void;
  readonly onClose: () => void;
}

export function DrinkPicker({ player, onPick, onClose }: DrinkPickerProps) {
  const { catalogue } = useBoard();
  const { drinks, error } = useSyncExternalStore(catalogue.subscribe, catalogue.getState);
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const fieldId = useId();

  useEffect(() => {
    void catalogue.load();
  }, [catalogue]);

  const wanted = typed.trim();
  const matching = (drinks ?? []).filter((drink) =>
    drink.name.toLowerCase().includes(wanted.toLowerCase()),
  );
  const exact = matching.find((drink) => drink.name.toLowerCase() === wanted.toLowerCase());
  const had = new Map(player.drinks.map((tally) => [tally.drink_id, tally.amount]));

  const addNew = async () => {
    setBusy(true);
    setProblem(null);
    try {
      onPick((await catalogue.add(wanted)).id);
    } catch (cause) {
      setProblem(`${wanted} was not added. ${reasonOf(cause)}`);
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const only = exact ?? (matching.length === 1 ? matching[0] : undefined);
    if (only) onPick(only.id);
    else if (wanted && matching.length === 0 && drinks) void addNew();
  };

  return (
    <Dialog title={`A drink for ${player.name}`} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label htmlFor={fieldId}>Find or add a drink</label>
        <input
          id={fieldId}
          className="field"
          type="search"
          data-focus="keyboard"
          value={typed}
          maxLength={NAME_LENGTH}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
        />
        {(problem || (error !== null && !drinks)) && (
          <p className="problem" role="alert">
            {problem ?? `The drinks could not be fetched. ${reasonOf(error)}`}
          </p>
        )}
        {!drinks && error === null && <p className="quiet">Fetching the drinks …</p>}
        <ul className="drink-grid">
          {matching.map((drink) => (
            <li key={drink.id}>
              <button type="button" className="drink-choice" onClick={() => onPick(drink.id)}>
                {drink.name}
                {had.has(drink.id) && <small>{had.get(drink.id)}</small>}
              </button>
            </li>
          ))}
        </ul>
        {wanted && !exact && drinks && (
          <button type="button" className="button" disabled={busy} onClick={() => void addNew()}>
            <Icon name="plus" />
            Add “{wanted}” to the drinks
          </button>
        )}
      </form>
    </Dialog>
  );
}
