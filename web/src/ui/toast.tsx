/** Short messages at the foot of the page, spoken by screen readers, with at most one action each. */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { Icon } from "./icons";

export interface Toast {
  readonly text: string;
  readonly kind?: "info" | "error";
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface Shown extends Toast {
  readonly key: number;
}

/** How long a toast stays, in milliseconds; longer when there is something to press. */
const STAY = 6_000;
const STAY_WITH_ACTION = 10_000;

/** More than these would cover the page; the oldest goes. */
const SHOWN_MAX = 3;

const ToastContext = createContext<(toast: Toast) => void>(() => {});

export function useToast(): (toast: Toast) => void {
  return useContext(ToastContext);
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const nextKey = useRef(0);
  const push = useCallback((toast: Toast) => {
    nextKey.current += 1;
    const key = nextKey.current;
    setShown((now) => [...now, { ...toast, key }].slice(-SHOWN_MAX));
  }, []);
  const dismiss = useCallback((key: number) => {
    setShown((now) => now.filter((toast) => toast.key !== key));
  }, []);
  const errors = useMemo(() => shown.filter((toast) => toast.kind === "error"), [shown]);
  const infos = useMemo(() => shown.filter((toast) => toast.kind !== "error"), [shown]);
  return (
    <ToastContext value={push}>
      {children}
      <div className="toasts">
        <div role="alert">
          {errors.map((toast) => (
            <ToastLine key={toast.key} toast={toast} dismiss={dismiss} />
          ))}
        </div>
        <div role="status">
          {infos.map((toast) => (
            <ToastLine key={toast.key} toast={toast} dismiss={dismiss} />
          ))}
        </div>
      </div>
    </ToastContext>
  );
}

interface ToastLineProps {
  readonly toast: Shown;
  readonly dismiss: (key: number) => void;
}

function ToastLine({ toast, dismiss }: ToastLineProps) {
  // It waits while somebody reads it or is about to press it.
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(toast.key), toast.action ? STAY_WITH_ACTION : STAY);
    return () => clearTimeout(timer);
  }, [held, toast, dismiss]);
  const hold = { onMouseEnter: () => setHeld(true), onMouseLeave: () => setHeld(false) };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only keeps the message from leaving under the pointer
    <div
      className="toast"
      data-kind={toast.kind ?? "info"}
      {...hold}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span>{toast.text}</span>
      {toast.action && (
        <button
          type="button"
          className="toast-action"
          onClick={() => {
            dismiss(toast.key);
            toast.action?.run();
          }}
        >
          {toast.action.label}
        </button>
      )}
      <button
        type="button"
        className="icon-button"
        onClick={() => dismiss(toast.key)}
        aria-label="Dismiss"
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
