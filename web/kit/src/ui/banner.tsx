import type { ReactNode } from "react";
import "./banner.css";
import { classNames } from "./class-names";

/** A lasting notice across the page. It is read aloud if it stays in the page and `children` changes. */
export function Banner({
  tone = "warning",
  icon,
  children,
}: {
  tone?: "warning" | "danger" | "calm";
  icon?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div role="status" className={classNames("banner", `banner-${tone}`, !children && "banner-empty")}>
      {children && (
        <>
          {icon}
          <p>{children}</p>
        </>
      )}
    </div>
  );
}
