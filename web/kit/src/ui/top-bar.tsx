import type { ReactNode } from "react";
import { Link } from "wouter";
import { BackIcon } from "./icons";

/** The top of a screen, with the link back. `label`: of that link. */
export function TopBar({
  label,
  back = "/",
  children,
}: {
  label: string;
  back?: string;
  children?: ReactNode;
}) {
  return (
    <header className="top-bar">
      <Link href={back} className="icon-button top-bar-back" aria-label={label} title={label}>
        <BackIcon />
      </Link>
      {children}
    </header>
  );
}
