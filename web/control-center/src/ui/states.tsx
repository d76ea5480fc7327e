import { Button, classNames, Spinner } from "@curhat/kit";
import type { ReactNode } from "react";
import { copy } from "../copy";
import { sentenceOf } from "../words";
import "./states.css";

/** Nothing to show, and why. */
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

export function Loading({ compact = false }: { compact?: boolean }) {
  return (
    <div className={classNames("state", compact && "state-compact")} role="status">
      <Spinner />
      <span className="visually-hidden">{copy.loading}</span>
    </div>
  );
}

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

/** The data of a query; before that, a spinner or the error. */
export function Loaded<Data>({
  query: { data, error, refetch },
  children,
}: {
  query: { data: Data | undefined; error: unknown; refetch: () => void };
  children: (data: Data) => ReactNode;
}) {
  if (data !== undefined) return children(data);
  return error ? <Problem error={error} onRetry={refetch} /> : <Loading />;
}

/** The rows of a list, or else the error, a spinner, or `empty`. */
export function Listed<Row>({
  query: { error, refetch },
  rows,
  empty,
  compact = false,
  children,
}: {
  query: { error: unknown; refetch: () => void };
  rows: readonly Row[] | undefined;
  empty: ReactNode;
  compact?: boolean;
  children: (rows: readonly Row[]) => ReactNode;
}) {
  if (error) return <Problem error={error} onRetry={refetch} />;
  if (rows === undefined) return <Loading compact={compact} />;
  return rows.length === 0 ? empty : children(rows);
}
