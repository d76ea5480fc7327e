import { money } from "@curhat/kit";
import { Figure } from "../charts/figure";
import { SeriesChart } from "../charts/series-chart";
import { copy } from "../copy";
import type { Dashboard, DashboardDay } from "../shapes";
import { Table } from "../table/table";
import { shortDay } from "../time/days";
import { placesOf } from "./places";
import { useTable } from "./use-table";

const compact = new Intl.NumberFormat("id-ID", { notation: "compact", maximumFractionDigits: 1 });

/** What was taken, and what of it must go back. */
export function MoneyFigure({
  days,
  totals,
}: {
  days: readonly DashboardDay[];
  totals: Dashboard["totals"];
}) {
  const words = copy.dashboard.money;
  const decided = (day: DashboardDay) => day.refund_due - day.due_back;
  const series = [
    { key: "decided", name: words.decided, color: "var(--series-6)", values: days.map(decided) },
    { key: "due", name: words.due, color: "var(--series-1)", values: days.map((day) => day.due_back) },
  ];
  return (
    <Figure
      title={words.title}
      lead={
        <>
          {words.lead(money(totals.charged))}{" "}
          {totals.due_back > 0 && <small>{words.leadDue(money(totals.due_back))}</small>}
        </>
      }
      legend={[
        { name: words.charged, color: "var(--series-7)" },
        ...series.map(({ name, color }) => ({ name, color })),
      ]}
      table={
        <Table
          plain
          caption={words.title}
          rows={[...days].reverse()}
          rowKey={({ day }) => day}
          columns={[
            { key: "day", head: copy.dashboard.day, small: true, cell: ({ day }) => shortDay(day) },
            { key: "charged", head: words.charged, number: true, cell: (day) => money(day.charged) },
            { key: "decided", head: words.decided, number: true, cell: (day) => money(decided(day)) },
            { key: "due", head: words.due, number: true, cell: (day) => money(day.due_back) },
          ]}
        />
      }
      {...useTable("money")}
    >
      <SeriesChart
        label={words.title}
        places={placesOf(days)}
        panes={[
          {
            key: "charged",
            kind: "bars",
            height: 120,
            format: money,
            short: (value) => compact.format(value),
            series: [
              {
                key: "charged",
                name: words.charged,
                color: "var(--series-7)",
                values: days.map((day) => day.charged),
              },
            ],
          },
          {
            key: "back",
            kind: "bars",
            height: 54,
            format: money,
            short: (value) => compact.format(value),
            series,
          },
        ]}
      />
    </Figure>
  );
}
