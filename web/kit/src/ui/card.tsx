import type { ComponentProps } from "react";
import "./card.css";
import { classNames } from "./class-names";

export interface CardProps extends ComponentProps<"section"> {
  tone?: "plain" | "warm" | "calm" | "danger";
}

export function Card({ tone = "plain", className, ...rest }: CardProps) {
  return <section {...rest} className={classNames("card", `card-${tone}`, className)} />;
}
