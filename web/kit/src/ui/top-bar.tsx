import type { ReactNode } from "react";
import { Link } from "wouter";
import { BackIcon } from "./icons";

/** The way back, and what else a screen has at its top. `label`: what the way back is called. */
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
