import { CloseIcon, IconButton } from "@curhat/kit";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { copy } from "../copy";
import "./panel.css";

/** About one row, beside its list. Escape closes it, and the focus goes back to the list. */
export function Panel({
  title,
  subject,
  actions,
  children,
  onClose,
}: {
  title: string;
  /** The panel takes the focus when this changes. */
  subject: string;
  actions?: ReactNode;
  children: ReactNode;
  onClose: () => void;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const id = useId();

  // biome-ignore lint/correctness/useExhaustiveDependencies: another subject is a reason to take the focus
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    body.current?.scrollTo(0, 0);
  }, [subject]);

  /** The row takes the focus back before the panel is removed. */
  function leave() {
    const row = document.querySelector<HTMLElement>('main a[aria-current="true"]');
    (row ?? document.querySelector<HTMLElement>("main h1"))?.focus();
    onClose();
  }

  return (
    <aside
      className="panel"
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) leave();
      }}
    >
      <div className="panel-head">
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {actions}
        <IconButton label={copy.close} onClick={leave}>
          <CloseIcon />
        </IconButton>
      </div>
      <div className="panel-body" ref={body}>
        {children}
      </div>
    </aside>
  );
}
