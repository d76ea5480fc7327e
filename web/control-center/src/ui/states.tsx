import { Button, classNames, Spinner } from "@curhat/kit";
import type { ReactNode } from "react";
import { copy } from "../copy";
import { sentenceOf } from "../words";
import "./states.css";

/** Nothing is there, and why. */
export function Empty({
  title,
  children,
  compact = false,
}: {
  title: string;
  children?: ReactNode;
  compact?: boolean;
}) {
  return (
    <div className={classNames("state", compact && "state-compact")}>
      <p className={compact ? undefined : "state-title"}>{title}</p>
      {children}
    </div>
  );
}

/** It is on its way. */
export function Loading({ compact = false }: { compact?: boolean }) {
  return (
    <div className={classNames("state", compact && "state-compact")} role="status">
      <Spinner />
      <span className="visually-hidden">{copy.loading}</span>
    </div>
  );
}

/** It could not be had. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div className="state" role="alert">
      <p className="state-title">{sentenceOf(error)}</p>
      {onRetry && (
        <Button kind="secondary" size="small" onClick={onRetry}>
          {copy.tryAgain}
        </Button>
      )}
    </div>
  );
}
