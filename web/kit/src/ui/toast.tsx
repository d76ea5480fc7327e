import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
import "./toast.css";
import { classNames } from "./class-names";

export interface Toast {
  text: string;
  tone?: "calm" | "danger";
}

const SHOWN_MS = 6_000;

const ToastContext = createContext<(toast: Toast) => void>(() => undefined);

/** Shows a short notice; important news belongs on the screen instead. */
export function useToast(): (toast: Toast) => void {
  return useContext(ToastContext);
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<(Toast & { id: number })[]>([]);
  const next = useRef(1);
  const show = useCallback((toast: Toast) => {
    const id = next.current++;
    setToasts((shown) => [...shown.filter(({ text }) => text !== toast.text).slice(-2), { ...toast, id }]);
    setTimeout(() => setToasts((shown) => shown.filter((one) => one.id !== id)), SHOWN_MS);
  }, []);
  const region = useMemo(
    () => (
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map(({ id, text, tone = "calm" }) => (
          <p key={id} className={classNames("toast", `toast-${tone}`)}>
            {text}
          </p>
        ))}
      </div>
    ),
    [toasts],
  );
  return (
    <ToastContext value={show}>
      {children}
      {region}
    </ToastContext>
  );
}
