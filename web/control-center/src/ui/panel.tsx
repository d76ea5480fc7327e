import { CloseIcon, IconButton } from "@curhat/kit";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { copy } from "../copy";
import "./panel.css";

/** What belongs to a row, beside the list it is from. The list stays in reach; Escape closes the panel. */
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

  return (
    <aside
      className="panel"
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) onClose();
      }}
    >
      <div className="panel-head">
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {actions}
        <IconButton label={copy.close} onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </div>
      <div className="panel-body" ref={body}>
        {children}
      </div>
    </aside>
  );
}
