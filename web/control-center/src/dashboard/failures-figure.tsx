import { useLocation } from "wouter";
import { Figure } from "../charts/figure";
import { SeriesChart } from "../charts/series-chart";
import { copy } from "../copy";
import { CAUSES, type CauseTag, type DashboardDay } from "../shapes";
import { DayTable } from "./day-figure";
import { placesOf } from "./places";
import { useTable } from "./use-table";

const COLORS: Record<CauseTag, string> = {
  no_mitra_available: "var(--series-1)",
  all_mitras_rejected: "var(--series-2)",
  targeted_mitra_offline: "var(--series-3)",
  targeted_mitra_rejected: "var(--series-4)",
  targeted_mitra_timeout: "var(--series-5)",
  payment_session_expired: "var(--series-6)",
  customer_cancelled: "var(--series-7)",
};

/** Failures by cause and day. A day links to its failures. */
export function FailuresFigure({ days }: { days: readonly DashboardDay[] }) {
  const [, navigate] = useLocation();
  const words = copy.dashboard.failures;
  const causes = CAUSES.filter((tag) => days.some(({ failed }) => failed[tag]));
  const total = days.reduce((sum, day) => sum + totalOf(day), 0);
  return (
    <Figure
      title={words.title}
      lead={words.lead(total)}
      legend={causes.map((tag) => ({ name: copy.causes[tag], color: COLORS[tag] }))}
      table={
        <DayTable
          caption={words.title}
          days={days}
          columns={[
            ...causes.map((tag) => ({
              key: tag,
              head: copy.causes[tag],
              number: true,
              cell: ({ failed }: DashboardDay) => copy.count(failed[tag] ?? 0),
            })),
            {
              key: "total",
              head: copy.dashboard.total,
              number: true,
              cell: (day) => copy.count(totalOf(day)),
            },
          ]}
        />
      }
      {...useTable("failures")}
    >
      <SeriesChart
        label={`${words.title}. ${words.open}`}
        places={placesOf(days)}
        onPick={(at) => {
          const day = days[at]?.day;
          if (day) navigate(`/failed-pairings?needs_action=any&date_from=${day}&date_to=${day}&days=wib`);
        }}
        panes={[
          {
            key: "failures",
            kind: "bars",
            height: 200,
            format: copy.count,
            series: (causes.length > 0 ? causes : CAUSES).map((tag) => ({
              key: tag,
              name: copy.causes[tag],
              color: COLORS[tag],
              values: days.map(({ failed }) => failed[tag] ?? 0),
            })),
          },
        ]}
      />
    </Figure>
  );
}

function totalOf({ failed }: DashboardDay): number {
  return Object.values(failed).reduce((sum, many) => sum + many, 0);
}
