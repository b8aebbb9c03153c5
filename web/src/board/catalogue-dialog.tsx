/** The drinks of the house: common to all boards, so this says so. */
import { type FormEvent, useEffect, useId, useState, useSyncExternalStore } from "react";
import { Dialog } from "../ui/dialog";
import { reasonOf } from "../ui/errors";
import { Icon } from "../ui/icons";
import { InlineEdit } from "../ui/inline-edit";
import { useBoard } from "./board-context";
import { type Drink, NAME_LENGTH } from "./model";

export function CatalogueDialog({ onClose }: { readonly onClose: () => void }) {
  const { catalogue } = useBoard();
  const { drinks, error } = useSyncExternalStore(catalogue.subscribe, catalogue.getState);
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [removing, setRemoving] = useState<Drink | null>(null);
  const fieldId = useId();

  useEffect(() => {
    void catalogue.load();
  }, [catalogue]);

  const attempt = async (change: () => Promise<unknown>, failed: string): Promise<boolean> => {
    setProblem(null);
    try {
      await change();
      return true;
    } catch (cause) {
      setProblem(`${failed} ${reasonOf(cause)}`);
      return false;
    }
  };
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (!wanted) return;
    if (await attempt(() => catalogue.add(wanted), `${wanted} was not added.`)) setName("");
  };
  const remove = (drink: Drink) => {
    setRemoving(null);
    void attempt(() => catalogue.remove(drink.id), `${drink.name} was not removed.`);
  };

  return (
    <Dialog title="Drinks of the house" onClose={onClose}>
      <p className="quiet">All boards of this server share these. A new name shows everywhere.</p>
      <form className="add-form" onSubmit={(event) => void add(event)}>
        <label className="sr-only" htmlFor={fieldId}>
          New drink
        </label>
        <input
          id={fieldId}
          className="field"
          placeholder="New drink"
          data-focus="keyboard"
          value={name}
          maxLength={NAME_LENGTH}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="button button-primary">
          Add
        </button>
      </form>
      {(problem || error !== null) && (
        <p className="problem" role="alert">
          {problem ?? `The drinks could not be fetched. ${reasonOf(error)}`}
        </p>
      )}
      <ul className="drink-list">
        {(drinks ?? []).map((drink) => (
          <li key={drink.id}>
            {removing?.id === drink.id ? (
              <span className="sure">
                <span>Remove {drink.name}?</span>
                <button type="button" className="button" onClick={() => setRemoving(null)}>
                  Keep
                </button>
                <button
                  type="button"
                  className="button button-danger"
                  // biome-ignore lint/a11y/noAutofocus: it takes the place of the button just pressed
                  autoFocus
                  onClick={() => remove(drink)}
                >
                  Remove
                </button>
              </span>
            ) : (
              <>
                <InlineEdit
                  value={drink.name}
                  label={`Name of ${drink.name}`}
                  maxLength={NAME_LENGTH}
                  onSave={(wanted) =>
                    void attempt(
                      () => catalogue.rename(drink.id, wanted),
                      `${drink.name} was not renamed.`,
                    )
                  }
                />
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`Remove ${drink.name}`}
                  onClick={() => setRemoving(drink)}
                >
                  <Icon name="trash" />
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
