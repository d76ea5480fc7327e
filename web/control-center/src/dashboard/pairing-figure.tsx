import { lastWhere } from "@curhat/kit";
import { Figure } from "../charts/figure";
import { SeriesChart } from "../charts/series-chart";
import { copy } from "../copy";
import type { DashboardDay } from "../shapes";
import { Table } from "../table/table";
import { shortDay } from "../time/days";
import { duration } from "../time/duration";
import { placesOf } from "./places";
import { useTable } from "./use-table";

/** How long it takes until somebody is there: for half of them, and for the unluckiest. */
export function PairingFigure({ days }: { days: readonly DashboardDay[] }) {
  const words = copy.dashboard.pairing;
  const last = lastWhere(days, ({ seconds_to_pair_p50 }) => seconds_to_pair_p50 !== null);
  const shown = (seconds: number | null) => (seconds === null ? copy.nothing : duration(seconds));
  return (
    <Figure
      title={words.title}
      lead={
        last ? (
          <>
            {words.lead(shown(last.seconds_to_pair_p50))} <small>{shortDay(last.day)}</small>
          </>
        ) : (
          copy.nothing
        )
      }
      legend={[
        { name: words.p50, color: "var(--series-7)", line: true },
        { name: words.p99, color: "var(--series-2)", line: true },
      ]}
      table={
        <Table
          plain
          caption={words.title}
          rows={[...days].reverse()}
          rowKey={({ day }) => day}
          columns={[
            { key: "day", head: copy.dashboard.day, small: true, cell: ({ day }) => shortDay(day) },
            { key: "p50", head: words.p50, number: true, cell: (day) => shown(day.seconds_to_pair_p50) },
            { key: "p99", head: words.p99, number: true, cell: (day) => shown(day.seconds_to_pair_p99) },
          ]}
        />
      }
      {...useTable("pairing")}
    >
      <SeriesChart
        label={words.title}
        places={placesOf(days)}
        panes={[
          {
            key: "seconds",
            kind: "lines",
            height: 192,
            format: duration,
            short: (value) => `${copy.count(value)} dtk`,
            series: [
              {
                key: "p99",
                name: words.p99,
                color: "var(--series-2)",
                values: days.map((day) => day.seconds_to_pair_p99),
              },
              {
                key: "p50",
                name: words.p50,
                color: "var(--series-7)",
                values: days.map((day) => day.seconds_to_pair_p50),
              },
            ],
          },
        ]}
      />
    </Figure>
  );
}
