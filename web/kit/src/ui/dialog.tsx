import { type ReactNode, useEffect, useId, useRef } from "react";
import "./dialog.css";
import { classNames } from "./class-names";

export interface DialogProps {
  title: ReactNode;
  children: ReactNode;
  /** After Escape or the back gesture. Without it only the buttons close the dialog. */
  onClose?: () => void;
  kind?: "dialog" | "alertdialog";
  /** Above the title. */
  picture?: ReactNode;
  className?: string;
}

/** A modal dialog: the page behind is inert, the focus stays inside and returns at the end. */
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
      // A browser closes at the second Escape in a row. Only the parent closes the dialog, so it is opened again.
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

/** Shows it; returns how to close it. Safari before 15.4 has no modal dialog, so its effects are made by hand. */
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

/** The buttons of a dialog, the primary one first. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="dialog-actions">{children}</div>;
}
