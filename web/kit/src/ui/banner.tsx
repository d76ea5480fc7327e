import type { ReactNode } from "react";
import "./banner.css";
import { classNames } from "./class-names";

/** A line across the page about something that lasts. Read aloud when it comes; keep it in the page and change `children`. */
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
