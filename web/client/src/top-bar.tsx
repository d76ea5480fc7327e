import { BackIcon } from "@curhat/kit";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { copy } from "./copy";

/** The way back, and what else a screen has at its top. */
export function TopBar({ back = "/", children }: { back?: string; children?: ReactNode }) {
  return (
    <header className="top-bar">
      <Link href={back} className="icon-button" aria-label={copy.back} title={copy.back}>
        <BackIcon />
      </Link>
      {children}
    </header>
  );
}
