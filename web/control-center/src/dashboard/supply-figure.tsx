import { useAddress } from "../address/use-address";
import { Figure } from "../charts/figure";
import { type Pane, type Place, SeriesChart } from "../charts/series-chart";
import { copy } from "../copy";
import type { Dashboard } from "../shapes";
import { type Column, Table } from "../table/table";
import type { Times } from "../time/times";
import { timesAtHome, useTimes } from "../time/use-times";
import { Choice } from "../ui/choice";
import { useTable } from "./use-table";

type Which = "recent" | "typical";
type Row = Place & { key: string; searches: number; paired: number; online: number; most: number | null };

/** Searches and online mitras by hour: the last two days, or a typical day. */
export function SupplyFigure({
  hours,
  hoursOfDay,
}: {
  hours: Dashboard["hours"];
  hoursOfDay: Dashboard["hours_of_day"];
}) {
  const { params, change } = useAddress();
  const times = useTimes();
  const which: Which = params.get("hours") === "typical" ? "typical" : "recent";
  const words = copy.dashboard.supply;
  const rows = which === "recent" ? recentOf(hours, times) : typicalOf(hoursOfDay);
  const zone = which === "recent" ? times.name : timesAtHome().name;
  const searches = rows.reduce((sum, row) => sum + row.searches, 0);
  const online = rows.reduce((sum, row) => sum + row.online, 0) / Math.max(1, rows.length);
  return (
    <Figure
      title={`${words.title} (${zone})`}
      lead={words.lead(copy.count(searches), copy.count(online))}
      tools={
        <Choice<Which>
          label={words.which}
          options={[
            { value: "recent", label: words.recent },
            { value: "typical", label: words.typical },
          ]}
          value={which}
          onChoose={(value) => change({ hours: value === "recent" ? null : value }, { replace: true })}
        />
      }
      legend={[
        { name: words.paired, color: "var(--series-7)" },
        { name: words.unpaired, color: "var(--series-1)" },
        { name: words.online, color: "var(--series-3)", line: true },
      ]}
      table={
        <Table
          plain
          caption={words.title}
          rows={[...rows].reverse()}
          rowKey={({ key }) => key}
          columns={columnsIn(zone)}
        />
      }
      {...useTable("supply")}
    >
      <SeriesChart label={words.title} places={rows} panes={panesOf(rows)} />
    </Figure>
  );
}

function columnsIn(zone: string): Column<Row>[] {
  const words = copy.dashboard.supply;
  return [
    { key: "hour", head: `${copy.dashboard.hour} (${zone})`, small: true, cell: ({ name }) => name },
    { key: "searches", head: words.searches, number: true, cell: (row) => copy.count(row.searches) },
    { key: "paired", head: words.paired, number: true, cell: (row) => copy.count(row.paired) },
    { key: "online", head: words.online, number: true, cell: (row) => copy.count(row.online) },
    {
      key: "most",
      head: words.most,
      number: true,
      cell: ({ most }) => (most === null ? copy.nothing : copy.count(most)),
    },
  ];
}

function panesOf(rows: readonly Row[]): Pane[] {
  const words = copy.dashboard.supply;
  return [
    {
      key: "searches",
      name: words.searches,
      kind: "bars",
      height: 96,
      format: copy.count,
      series: [
        {
          key: "paired",
          name: words.paired,
          color: "var(--series-7)",
          values: rows.map(({ paired }) => paired),
        },
        {
          key: "unpaired",
          name: words.unpaired,
          color: "var(--series-1)",
          values: rows.map(({ searches, paired }) => Math.max(0, searches - paired)),
        },
      ],
    },
    {
      key: "online",
      name: words.online,
      kind: "area",
      height: 78,
      format: copy.count,
      series: [
        {
          key: "online",
          name: words.online,
          color: "var(--series-3)",
          values: rows.map(({ online }) => online),
        },
      ],
    },
  ];
}

function recentOf(hours: Dashboard["hours"], times: Times): Row[] {
  return hours.map(({ hour, searches, paired, mitras_online, mitras_online_most }) => ({
    key: hour,
    tick: times.time(hour),
    name: `${times.shortDate(hour)} ${times.time(hour)} ${times.name}`,
    searches,
    paired,
    online: mitras_online,
    most: mitras_online_most,
  }));
}

function typicalOf(hours: Dashboard["hours_of_day"]): Row[] {
  return hours.map(({ hour, searches, paired, mitras_online }) => {
    const name = `${String(hour).padStart(2, "0")}.00`;
    return { key: name, tick: name, name, searches, paired, online: mitras_online, most: null };
  });
}
