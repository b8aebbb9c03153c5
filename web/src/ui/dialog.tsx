/** A modal dialog on the browser's own `<dialog>`: focus is kept inside and goes back afterwards. */
import { type ReactNode, useEffect, useId, useRef } from "react";
import { Icon } from "./icons";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly wide?: boolean;
  /** Something is under way that cannot be taken back: it cannot be closed now. */
  readonly locked?: boolean;
}

/**
 * Where to start: `data-focus="always"`, or `data-focus="keyboard"` for a field that should not call
 * up the keyboard of a phone. Without either the browser takes the first thing that can be focused.
 */
function firstField(dialog: HTMLDialogElement): HTMLElement | null {
  const touch = window.matchMedia("(pointer: coarse)").matches;
  const which = touch ? '[data-focus="always"]' : "[data-focus]";
  return dialog.querySelector<HTMLElement>(which);
}

/** Open as long as it is rendered. Escape, the cross and a click beside it call `onClose`. */
export function Dialog({ title, onClose, children, wide = false, locked = false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  // Who selects text and lets go beside the dialog has not clicked there.
  const pressedBeside = useRef(false);
  const close = () => {
    if (!locked) onClose();
  };
  const titleId = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog && !dialog.open) {
      dialog.showModal();
      firstField(dialog)?.focus();
    }
    return () => dialog?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the key for this is Escape, which the browser handles
    <dialog
      ref={element}
      className={wide ? "dialog dialog-wide" : "dialog"}
      aria-labelledby={titleId}
      // A browser closes at the second Escape whatever it is told, unless it is told beforehand.
      closedby={locked ? "none" : undefined}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onPointerDown={(event) => {
        pressedBeside.current = event.target === element.current;
      }}
      onClick={(event) => {
        if (event.target === element.current && pressedBeside.current) close();
      }}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="icon-button" onClick={close} aria-label="Close">
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something that cannot be undone. */
export function Confirm({ title, text, action, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <div className="dialog-actions">
        <button type="button" className="button" data-focus="always" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button button-danger"
          onClick={() => {
            onClose();
            onConfirm();
          }}
        >
          {action}
        </button>
      </div>
    </Dialog>
  );
}
