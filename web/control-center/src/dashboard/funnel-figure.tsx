import { Figure } from "../charts/figure";
import { Funnel, share } from "../charts/funnel";
import { copy } from "../copy";
import type { Dashboard } from "../shapes";
import { Table } from "../table/table";
import { useTable } from "./use-table";

const STEPS = ["payments_created", "payments_confirmed", "searches", "paired"] as const;

/** How many payments became a chat. */
export function FunnelFigure({ totals }: { totals: Dashboard["totals"] }) {
  const words = copy.dashboard.funnel;
  const steps = STEPS.map((key) => ({ key, name: words.steps[key], value: totals[key] }));
  return (
    <Figure
      title={words.title}
      lead={words.rate(share(totals.paired, totals.searches))}
      note={words.note}
      table={
        <Table
          plain
          caption={words.title}
          rows={steps.map((step, at) => ({ ...step, before: steps[at - 1]?.value }))}
          rowKey={({ key }) => key}
          columns={[
            { key: "step", head: words.step, cell: ({ name }) => name },
            {
              key: "value",
              head: copy.dashboard.total,
              number: true,
              cell: ({ value }) => copy.count(value),
            },
            {
              key: "share",
              head: words.share,
              number: true,
              cell: ({ value, before }) =>
                before === undefined || value > before ? "" : share(value, before),
            },
          ]}
        />
      }
      {...useTable("funnel")}
    >
      <Funnel label={words.title} steps={steps} />
    </Figure>
  );
}
