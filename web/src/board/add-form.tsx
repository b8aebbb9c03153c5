/** A button that becomes a field: one name after the other, until Escape. */
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Icon } from "../ui/icons";
import { NAME_LENGTH } from "./model";

interface AddFormProps {
  /** On the button: "Add a player". */
  readonly label: string;
  /** Of the field: "Name of the new player in Reds". */
  readonly fieldLabel: string;
  readonly placeholder: string;
  readonly onAdd: (name: string) => void;
  readonly className: string;
}

export function AddForm({ label, fieldLabel, placeholder, onAdd, className }: AddFormProps) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const button = useRef<HTMLButtonElement>(null);
  const backToButton = useRef(false);

  useEffect(() => {
    if (open || !backToButton.current) return;
    backToButton.current = false;
    button.current?.focus();
  }, [open]);

  if (!open) {
    return (
      <button
        ref={button}
        type="button"
        className={`text-button ${className}`}
        onClick={() => setOpen(true)}
      >
        <Icon name="plus" />
        {label}
      </button>
    );
  }
  const close = () => {
    backToButton.current = true;
    setName("");
    setOpen(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!name.trim()) return close();
    onAdd(name.trim());
    setName("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
  };
  return (
    <form className="add-form" onSubmit={submit}>
      <input
        // biome-ignore lint/a11y/noAutofocus: the visitor has just asked for this field
        autoFocus
        className="field"
        aria-label={fieldLabel}
        placeholder={placeholder}
        value={name}
        maxLength={NAME_LENGTH}
        autoComplete="off"
        enterKeyHint="done"
        onChange={(event) => setName(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" className="button button-primary">
        Add
      </button>
      <button type="button" className="icon-button" onClick={close} aria-label="Done adding">
        <Icon name="close" />
      </button>
    </form>
  );
}
