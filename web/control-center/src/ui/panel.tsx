import { CloseIcon, IconButton } from "@curhat/kit";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { copy } from "../copy";
import "./panel.css";

/** What belongs to a row, beside the list it is from. The list stays in reach; Escape closes the panel, and the
 * focus goes back to the list. */
export function Panel({
  title,
  subject,
  actions,
  children,
  onClose,
}: {
  title: string;
  /** What it is about: the focus comes here whenever that changes. */
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

  /** The focus goes back to the row that this is from, before the panel that holds it is gone. */
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
