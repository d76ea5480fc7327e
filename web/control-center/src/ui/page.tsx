import { classNames, Title } from "@curhat/kit";
import type { ReactNode } from "react";
import { copy } from "../copy";
import "./page.css";

/** A screen: its heading, what can be done with all of it, and what it shows. */
export function Page({
  title,
  name = title,
  lead,
  actions,
  before,
  panel,
  children,
  className,
}: {
  title: ReactNode & string;
  /** What the browser's tab says. */
  name?: string;
  lead?: ReactNode;
  actions?: ReactNode;
  before?: ReactNode;
  /** What belongs to one row, beside all the rest. */
  panel?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <div className={classNames("page-columns", Boolean(panel) && "page-columns-two")}>
      <div className={classNames("page", className)}>
        <div className="page-head">
          {before}
          <div className="page-head-text">
            <Title page={copy.page(name)}>{title}</Title>
            {lead && <p>{lead}</p>}
          </div>
          {actions && <div className="page-actions">{actions}</div>}
        </div>
        {children}
      </div>
      {panel}
    </div>
  );
}
