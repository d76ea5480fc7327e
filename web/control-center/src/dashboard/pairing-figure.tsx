import { lastWhere } from "@curhat/kit";
import { copy } from "../copy";
import type { DashboardDay } from "../shapes";
import { shortDay } from "../time/days";
import { duration } from "../time/duration";
import { DayFigure } from "./day-figure";

/** The time from a search to its chat: the median, and the slowest percent. */
export function PairingFigure({ days }: { days: readonly DashboardDay[] }) {
  const words = copy.dashboard.pairing;
  const last = lastWhere(days, ({ seconds_to_pair_p50 }) => seconds_to_pair_p50 !== null);
  return (
    <DayFigure
      name="pairing"
      title={words.title}
      lead={
        last ? (
          <>
            {words.lead(duration(last.seconds_to_pair_p50 ?? 0))} <small>{shortDay(last.day)}</small>
          </>
        ) : (
          copy.nothing
        )
      }
      days={days}
      series={[
        {
          key: "p50",
          name: words.p50,
          color: "var(--series-7)",
          line: true,
          of: (day) => day.seconds_to_pair_p50,
        },
        {
          key: "p99",
          name: words.p99,
          color: "var(--series-2)",
          line: true,
          of: (day) => day.seconds_to_pair_p99,
        },
      ]}
      format={duration}
      panes={(drawn) => [
        {
          key: "seconds",
          kind: "lines",
          height: 192,
          short: (value) => `${copy.count(value)} dtk`,
          series: drawn.reverse(), // the median is drawn on top
        },
      ]}
    />
  );
}
