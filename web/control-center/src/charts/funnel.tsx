import { copy } from "../copy";
import "./chart.css";

export interface Step {
  key: string;
  name: string;
  value: number;
}

const percent = new Intl.NumberFormat("id-ID", { style: "percent", maximumFractionDigits: 1 });

/** A share as "87,5%"; a dash for a share of nothing. */
export function share(part: number, whole: number): string {
  return whole > 0 ? percent.format(part / whole) : copy.nothing;
}

/** How many reached each step. */
export function Funnel({ label, steps }: { label: string; steps: readonly Step[] }) {
  const most = Math.max(1, ...steps.map(({ value }) => value));
  return (
    <ol className="funnel" aria-label={label}>
      {steps.map(({ key, name, value }, at) => {
        const before = steps[at - 1];
        return (
          <li key={key}>
            <span className="funnel-name">
              {name}
              {before && value <= before.value && (
                <small>{copy.dashboard.funnel.of(share(value, before.value))}</small>
              )}
            </span>
            <span className="funnel-value">{copy.count(value)}</span>
            <span className="funnel-bar" aria-hidden="true">
              <span style={{ width: `${(100 * value) / most}%` }} />
            </span>
          </li>
        );
      })}
    </ol>
  );
}
