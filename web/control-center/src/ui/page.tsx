import { classNames, Title } from "@curhat/kit";
import type { ReactNode } from "react";
import { copy } from "../copy";
import "./page.css";

/** A screen with its heading and actions. */
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
  /** The title of the browser's tab. */
  name?: string;
  lead?: ReactNode;
  actions?: ReactNode;
  before?: ReactNode;
  /** About one row, beside the page. */
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
