import type { ReactNode } from "react";
import { Figure } from "../charts/figure";
import { type Pane, type Series, SeriesChart } from "../charts/series-chart";
import { copy } from "../copy";
import type { DashboardDay } from "../shapes";
import { type Column, Table } from "../table/table";
import { shortDay } from "../time/days";
import { placesOf } from "./places";
import { useTable } from "./use-table";

interface DaySeries {
  key: string;
  name: string;
  color: string;
  line?: boolean;
  of: (day: DashboardDay) => number | null;
}

/** Days as a chart and as a table: each series is in a pane, in the legend and in a column. */
export function DayFigure({
  name,
  title,
  lead,
  days,
  series,
  format,
  panes,
}: {
  /** In the address. */
  name: string;
  title: string;
  lead: ReactNode;
  days: readonly DashboardDay[];
  series: readonly DaySeries[];
  format: (value: number) => string;
  panes: (drawn: Series[]) => Omit<Pane, "format">[];
}) {
  const drawn = series.map(({ of, ...rest }) => ({ ...rest, values: days.map(of) }));
  const columns = series.map(({ key, name, of }): Column<DashboardDay> => {
    const cell = (day: DashboardDay) => {
      const value = of(day);
      return value === null ? copy.nothing : format(value);
    };
    return { key, head: name, number: true, cell };
  });
  return (
    <Figure
      title={title}
      lead={lead}
      legend={series}
      table={<DayTable caption={title} days={days} columns={columns} />}
      {...useTable(name)}
    >
      <SeriesChart
        label={title}
        places={placesOf(days)}
        panes={panes(drawn).map((pane) => ({ ...pane, format }))}
      />
    </Figure>
  );
}

/** One row for each day, the newest first. */
export function DayTable({
  caption,
  days,
  columns,
}: {
  caption: string;
  days: readonly DashboardDay[];
  columns: readonly Column<DashboardDay>[];
}) {
  return (
    <Table
      plain
      caption={caption}
      rows={[...days].reverse()}
      rowKey={({ day }) => day}
      columns={[
        { key: "day", head: copy.dashboard.day, small: true, cell: ({ day }) => shortDay(day) },
        ...columns,
      ]}
    />
  );
}
