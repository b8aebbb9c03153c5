/** A text that becomes a field when it is pressed. Enter keeps, Escape leaves it as it was. */
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Icon } from "./icons";

interface InlineEditProps {
  readonly value: string;
  /** What it is, for the label: "Name of Ada". */
  readonly label: string;
  readonly onSave: (value: string) => void;
  readonly readOnly?: boolean;
  readonly maxLength?: number;
  readonly inputMode?: "text" | "numeric";
  /** Turns what was typed into the value to keep; null refuses it. */
  readonly parse?: (typed: string) => string | null;
}

const trimmed = (typed: string): string | null => typed.trim() || null;

export function InlineEdit({
  value,
  label,
  onSave,
  readOnly = false,
  maxLength,
  inputMode = "text",
  parse = trimmed,
}: InlineEditProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const backToButton = useRef(false);
  const editing = typed !== null;

  useEffect(() => {
    if (editing || !backToButton.current) return;
    backToButton.current = false;
    button.current?.focus();
  }, [editing]);

  if (readOnly) return <span className="inline-text">{value}</span>;
  if (typed === null) {
    return (
      <button
        ref={button}
        type="button"
        className="inline-edit"
        onClick={() => setTyped(value)}
        aria-label={`${value}, change: ${label}`}
      >
        <span>{value}</span>
        <Icon name="pencil" />
      </button>
    );
  }

  const finish = (keep: boolean) => {
    setTyped(null);
    const parsed = keep ? parse(typed) : null;
    if (parsed !== null && parsed !== value) onSave(parsed);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation(); // Escape must not close a dialog around it.
    backToButton.current = true;
    finish(event.key === "Enter");
  };
  return (
    <span className="inline-field" data-value={typed}>
      <input
        // biome-ignore lint/a11y/noAutofocus: the visitor has just pressed the text to edit it
        autoFocus
        aria-label={label}
        value={typed}
        maxLength={maxLength}
        inputMode={inputMode}
        size={1}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => {
          if (!backToButton.current) finish(true);
        }}
      />
    </span>
  );
}
