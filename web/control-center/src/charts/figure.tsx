import { IconButton } from "@curhat/kit";
import { type ReactNode, useId } from "react";
import { copy } from "../copy";
import { DashboardIcon, TableIcon } from "../ui/icons";
import "./chart.css";

export interface Swatch {
  name: string;
  color: string;
  line?: boolean;
}

/** A chart with its title; on request the same data as a table. */
export function Figure({
  title,
  lead,
  tools,
  legend = [],
  note,
  table,
  asTable,
  onTable,
  children,
}: {
  title: string;
  lead?: ReactNode;
  tools?: ReactNode;
  legend?: readonly Swatch[];
  note?: ReactNode;
  table: ReactNode;
  asTable: boolean;
  onTable: (asTable: boolean) => void;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <figure className="figure-card" aria-labelledby={id}>
      <div className="figure-head">
        <div className="figure-title">
          <h2 id={id}>{title}</h2>
          {lead && <p className="figure-lead">{lead}</p>}
        </div>
        {tools}
        <IconButton
          label={`${asTable ? copy.dashboard.asPicture : copy.dashboard.asTable}: ${title}`}
          aria-pressed={asTable}
          onClick={() => onTable(!asTable)}
        >
          {asTable ? <DashboardIcon /> : <TableIcon />}
        </IconButton>
      </div>
      {asTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard
        <section className="figure-table" aria-label={`${copy.dashboard.asTable}: ${title}`} tabIndex={0}>
          {table}
        </section>
      ) : (
        children
      )}
      {!asTable && legend.length > 0 && (
        <ul className="plain-list legend">
          {legend.map(({ name, color, line }) => (
            <li key={name}>
              <span className={line ? "swatch swatch-line" : "swatch"} style={{ background: color }} />
              {name}
            </li>
          ))}
        </ul>
      )}
      {note && <p className="figure-note">{note}</p>}
    </figure>
  );
}
