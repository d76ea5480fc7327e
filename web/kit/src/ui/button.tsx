import type { ComponentProps, ReactNode } from "react";
import "./button.css";
import { classNames } from "./class-names";
import { Spinner } from "./spinner";

export interface ButtonProps extends Omit<ComponentProps<"button">, "disabled"> {
  kind?: "primary" | "secondary" | "quiet" | "danger";
  size?: "normal" | "small" | "large";
  /** As wide as its container. */
  wide?: boolean;
  /** Under way: keeps its size and focus, ignores clicks. */
  busy?: boolean;
  /** Not possible now; stays focusable, and says why through `aria-describedby`. */
  unavailable?: boolean;
  icon?: ReactNode;
}

export function Button({
  kind = "primary",
  size = "normal",
  wide,
  busy = false,
  unavailable = false,
  icon,
  className,
  children,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  const idle = !busy && !unavailable;
  return (
    <button
      {...rest}
      type={idle ? type : "button"}
      className={classNames("button", `button-${kind}`, `button-${size}`, wide && "button-wide", className)}
      aria-disabled={idle ? undefined : true}
      aria-busy={busy || undefined}
      onClick={idle ? onClick : undefined}
    >
      {busy ? <Spinner /> : icon}
      <span>{children}</span>
    </button>
  );
}

/** A round button with an icon; its label is the tooltip and is read aloud. */
export function IconButton({
  label,
  children,
  className,
  ...rest
}: ComponentProps<"button"> & { label: string }) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={classNames("icon-button", className)}
    >
      {children}
    </button>
  );
}
