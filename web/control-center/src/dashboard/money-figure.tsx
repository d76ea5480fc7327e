import { money } from "@curhat/kit";
import { copy } from "../copy";
import type { Dashboard, DashboardDay } from "../shapes";
import { DayFigure } from "./day-figure";

const compact = new Intl.NumberFormat("id-ID", { notation: "compact", maximumFractionDigits: 1 });
const short = (value: number) => compact.format(value);

/** The money that was charged, and how much of it is due back. */
export function MoneyFigure({
  days,
  totals,
}: {
  days: readonly DashboardDay[];
  totals: Dashboard["totals"];
}) {
  const words = copy.dashboard.money;
  return (
    <DayFigure
      name="money"
      title={words.title}
      lead={
        <>
          {words.lead(money(totals.charged))}{" "}
          {totals.due_back > 0 && <small>{words.leadDue(money(totals.due_back))}</small>}
        </>
      }
      days={days}
      series={[
        { key: "charged", name: words.charged, color: "var(--series-7)", of: (day) => day.charged },
        {
          key: "decided",
          name: words.decided,
          color: "var(--series-6)",
          of: (day) => day.refund_due - day.due_back,
        },
        { key: "due", name: words.due, color: "var(--series-1)", of: (day) => day.due_back },
      ]}
      format={money}
      panes={(drawn) => [
        { key: "charged", kind: "bars", height: 120, short, series: drawn.slice(0, 1) },
        { key: "back", kind: "bars", height: 54, short, series: drawn.slice(1) },
      ]}
    />
  );
}
