import { type ReactNode, useEffect, useId, useRef } from "react";
import "./dialog.css";
import { classNames } from "./class-names";

export interface DialogProps {
  title: ReactNode;
  children: ReactNode;
  /** Escape and the back gesture were used. Without it the dialog cannot be left but by one of its buttons. */
  onClose?: () => void;
  kind?: "dialog" | "alertdialog";
  /** A picture above the title. */
  picture?: ReactNode;
  className?: string;
}

/** A dialog over the page, by the platform's own: the page behind is inert, the focus stays in and goes back. */
export function Dialog({ title, children, onClose, kind = "dialog", picture, className }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    const leave = element ? show(element) : undefined;
    return () => {
      leave?.();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      role={kind}
      aria-labelledby={titleId}
      className={classNames("dialog", Boolean(picture) && "dialog-pictured", className)}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      // A browser lets nobody refuse the second Escape in a row. Whoever shows the dialog says when it is over.
      onClose={() => {
        if (dialog.current && !dialog.current.open) show(dialog.current);
      }}
    >
      <div className="dialog-body">
        {picture}
        <h2 id={titleId} className="dialog-title" tabIndex={-1}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}

/** Show it over the page; returns how to close it.
 *
 * Safari before 15.4 knows no dialog: then the page behind is hidden from the keyboard and from screen readers by hand.
 */
function show(dialog: HTMLDialogElement): () => void {
  if (typeof dialog.showModal === "function") {
    if (!dialog.open) dialog.showModal();
    return () => dialog.close();
  }
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") dialog.dispatchEvent(new Event("cancel", { cancelable: true }));
  };
  const stay = ({ target }: FocusEvent) => {
    if (target instanceof Node && !dialog.contains(target)) focusFirst(dialog);
  };
  dialog.setAttribute("open", "");
  dialog.setAttribute("aria-modal", "true");
  dialog.classList.add("dialog-by-hand");
  document.addEventListener("keydown", keys);
  document.addEventListener("focusin", stay);
  if (!dialog.contains(document.activeElement)) focusFirst(dialog);
  return () => {
    document.removeEventListener("keydown", keys);
    document.removeEventListener("focusin", stay);
    dialog.removeAttribute("open");
  };
}

function focusFirst(dialog: HTMLElement): void {
  dialog.querySelector<HTMLElement>("button, input, textarea, select, a[href], [tabindex]")?.focus();
}

/** The buttons of a dialog, the one that goes on first. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="dialog-actions">{children}</div>;
}
