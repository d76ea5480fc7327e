import { classNames } from "@curhat/kit";
import type { ReactNode } from "react";
import "./badge.css";

export type Tone = "neutral" | "calm" | "warm" | "warn" | "danger" | "plum" | "sky";

/** A word about a state; its colour adds nothing to it. */
export function Badge({
  tone = "neutral",
  icon,
  children,
  title,
}: {
  tone?: Tone;
  icon?: ReactNode;
  children: ReactNode;
  title?: string;
}) {
  return (
    <span className={classNames("badge", `badge-${tone}`)} title={title}>
      {icon}
      {children}
    </span>
  );
}
