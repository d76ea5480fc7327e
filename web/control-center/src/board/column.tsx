import type { ReactNode } from "react";
import { copy } from "../copy";
import { Pager, useReachedPage } from "../ui/pager";
import { Empty, Loading, Problem } from "../ui/states";

export const ROWS = 50;

/** One kind of what goes on: how many, and each. */
export function Column<Row extends { id: string }>({
  id,
  title,
  total,
  tools,
  rows,
  error,
  onRetry,
  empty,
  row,
  page,
  onPage,
}: {
  id: string;
  title: string;
  total: number | undefined;
  tools?: ReactNode;
  rows: readonly Row[] | undefined;
  error: unknown;
  onRetry: () => void;
  empty: string;
  row: (row: Row) => ReactNode;
  page: number;
  onPage: (page: number, options?: { replace: boolean }) => void;
}) {
  useReachedPage(rows && total !== undefined ? { rows, total } : undefined, ROWS, onPage);
  return (
    <section className="column" aria-labelledby={id}>
      <div className="column-head">
        <h2 id={id}>{title}</h2>
        {total !== undefined && <span className="column-count figure">{copy.count(total)}</span>}
        {tools}
      </div>
      {error ? (
        <Problem error={error} onRetry={onRetry} />
      ) : rows === undefined ? (
        <Loading compact />
      ) : rows.length === 0 ? (
        <Empty compact title={empty} />
      ) : (
        <ul className="plain-list column-list">
          {rows.map((one) => (
            <li key={one.id} className="column-item">
              {row(one)}
            </li>
          ))}
        </ul>
      )}
      {total !== undefined && total > ROWS && <Pager page={page} size={ROWS} total={total} onPage={onPage} />}
    </section>
  );
}
