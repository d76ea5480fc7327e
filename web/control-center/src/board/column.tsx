import type { ReactNode } from "react";
import { copy } from "../copy";
import { Pager, useReachedPage } from "../ui/pager";
import { Empty, Listed } from "../ui/states";

export const ROWS = 50;

/** One list of the board, with its total. */
export function Column<Row extends { id: string }>({
  id,
  title,
  list,
  tools,
  empty,
  row,
  page,
  onPage,
}: {
  id: string;
  title: string;
  list: { data: { rows: readonly Row[]; total: number } | undefined; error: unknown; refetch: () => void };
  tools?: ReactNode;
  empty: string;
  row: (row: Row) => ReactNode;
  page: number;
  onPage: (page: number, options?: { replace: boolean }) => void;
}) {
  useReachedPage(list.data, ROWS, onPage);
  const total = list.data?.total;
  return (
    <section className="column" aria-labelledby={id}>
      <div className="column-head">
        <h2 id={id}>{title}</h2>
        {total !== undefined && <span className="column-count figure">{copy.count(total)}</span>}
        {tools}
      </div>
      <Listed query={list} rows={list.data?.rows} compact empty={<Empty compact title={empty} />}>
        {(shown) => (
          <ul className="plain-list column-list">
            {shown.map((one) => (
              <li key={one.id} className="column-item">
                {row(one)}
              </li>
            ))}
          </ul>
        )}
      </Listed>
      {total !== undefined && total > ROWS && <Pager page={page} size={ROWS} total={total} onPage={onPage} />}
    </section>
  );
}
