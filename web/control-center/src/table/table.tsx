import { classNames } from "@curhat/kit";
import type { MouseEvent, ReactNode } from "react";
import "./table.css";

export interface Column<Row> {
  key: string;
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Aligned to the right. */
  number?: boolean;
  /** No wider than what is in it. */
  small?: boolean;
  /** A name chosen by a person: one long word does not widen the column. */
  named?: boolean;
  /** Hidden on narrower screens; the row's own page has it. */
  from?: "narrow" | "medium" | "wide";
  /** Stays visible when the table scrolls sideways. */
  pinned?: boolean;
}

/** A table. With `onRow` a click anywhere in a row opens it, except on its links and controls. */
export function Table<Row>({
  caption,
  columns,
  rows,
  rowKey,
  rowName,
  onRow,
  plain = false,
}: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  rowName?: (row: Row) => string | undefined;
  onRow?: (row: Row) => void;
  /** Without a frame. */
  plain?: boolean;
}) {
  return (
    <div className={classNames("table-box", plain && "table-plain")}>
      <div className="table-scroll">
        <table className="table">
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.key} scope="col" className={classOf(column)}>
                  {column.head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr
                key={rowKey(row)}
                className={classNames(onRow && "row-link", rowName?.(row))}
                onClick={onRow && ((event) => !isControl(event) && onRow(row))}
              >
                {columns.map((column) => (
                  <td key={column.key} className={classOf(column)}>
                    {column.named ? <div>{column.cell(row)}</div> : column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function classOf<Row>({ number, small, named, from, pinned }: Column<Row>): string {
  return classNames(
    number && "cell-number",
    small && "cell-small",
    named && "cell-named",
    from && `from-${from}`,
    pinned && "cell-pinned",
  );
}

function isControl(event: MouseEvent): boolean {
  const selected = getSelection()?.isCollapsed === false;
  return selected || (event.target as Element).closest("a, button, input, label, select, [popover]") !== null;
}
