import { classNames, last } from "@curhat/kit";
import { Fragment, type KeyboardEvent, useState } from "react";
import { copy } from "../copy";
import { labelled, runs, stacked, ticks } from "./scale";
import { useWidth } from "./use-width";

export interface Series {
  key: string;
  name: string;
  color: string;
  values: readonly (number | null)[];
}

/** Stacked bars or lines on one scale. Panes share the horizontal axis. */
export interface Pane {
  key: string;
  name?: string;
  kind: "bars" | "lines" | "area";
  height: number;
  series: readonly Series[];
  format: (value: number) => string;
  /** On the axis. */
  short?: (value: number) => string;
}

export interface Place {
  /** Below the axis: "24 Nov". */
  tick: string;
  /** In full: "Selasa, 24 November 2026". */
  name: string;
}

const LEFT = 46;
const RIGHT = 6;
const BELOW = 22;
const ABOVE = 18;
const TICK_ROOM = 54;

/** A chart. Arrow keys and the mouse move along it, and the values there are shown and read aloud. */
export function SeriesChart({
  label,
  places,
  panes,
  onPick,
}: {
  label: string;
  places: readonly Place[];
  panes: readonly Pane[];
  /** A place was clicked, or Enter pressed there. */
  onPick?: (at: number) => void;
}) {
  const [box, width] = useWidth<HTMLDivElement>();
  const [at, setAt] = useState<number | null>(null);
  const height = panes.reduce((sum, pane) => sum + pane.height + ABOVE, 0) + BELOW;
  const shown = at !== null && at < places.length ? at : null;
  const inner = Math.max(0, width - LEFT - RIGHT);
  const step = inner / places.length;
  return (
    <div ref={box} className="chart" style={{ minHeight: height }}>
      {width > 0 && (
        <>
          <Picture places={places} panes={panes} shown={shown} width={width} height={height} step={step} />
          <Explorer
            label={label}
            places={places}
            panes={panes}
            shown={shown}
            size={{ width: inner, height: height - BELOW }}
            onShow={setAt}
            onPick={onPick}
          />
          {shown !== null && <Tip place={places[shown]} panes={panes} at={shown} step={step} width={width} />}
        </>
      )}
    </div>
  );
}

/** The panes and the horizontal axis. */
function Picture({
  places,
  panes,
  shown,
  width,
  height,
  step,
}: {
  places: readonly Place[];
  panes: readonly Pane[];
  shown: number | null;
  width: number;
  height: number;
  step: number;
}) {
  const isLabelled = labelled(places.length, step * places.length, TICK_ROOM);
  let top = 0;
  return (
    <svg width={width} height={height} aria-hidden="true" focusable="false">
      {shown !== null && (
        <rect className="chart-band" x={LEFT + shown * step} width={step} y={0} height={height - BELOW} />
      )}
      {panes.map((pane) => {
        const from = top + ABOVE;
        top = from + pane.height;
        return <PaneOf key={pane.key} pane={pane} from={from} width={width} step={step} shown={shown} />;
      })}
      {places.map(({ tick }, place) => {
        if (!isLabelled(place)) return null;
        const x = middle(place, step);
        const isAtTheEdge = x + TICK_ROOM / 2 > width;
        return (
          <text
            // biome-ignore lint/suspicious/noArrayIndexKey: a place is its number
            key={place}
            x={isAtTheEdge ? width : x}
            y={height - 5}
            textAnchor={isAtTheEdge ? "end" : "middle"}
          >
            {tick}
          </text>
        );
      })}
    </svg>
  );
}

/** Takes the mouse and the arrow keys. */
function Explorer({
  label,
  places,
  panes,
  shown,
  size: { width, height },
  onShow,
  onPick,
}: {
  label: string;
  places: readonly Place[];
  panes: readonly Pane[];
  shown: number | null;
  size: { width: number; height: number };
  onShow: (at: number | null) => void;
  onPick: ((at: number) => void) | undefined;
}) {
  const newest = places.length - 1;
  const said = shown ?? newest;
  const move = (to: number) => onShow(Math.min(newest, Math.max(0, to)));
  const press = (event: KeyboardEvent) => {
    const to = {
      ArrowRight: said + 1,
      ArrowUp: said + 1,
      ArrowLeft: said - 1,
      ArrowDown: said - 1,
      PageDown: said - 7,
      PageUp: said + 7,
      Home: 0,
      End: newest,
    }[event.key];
    if (to !== undefined) move(to);
    else if (event.key === "Enter" && onPick) onPick(said);
    else return;
    event.preventDefault();
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={copy.dashboard.explore(label)}
      aria-valuemin={1}
      aria-valuemax={places.length}
      aria-valuenow={said + 1}
      aria-valuetext={spoken(places[said], panes, said)}
      className={classNames("chart-explorer", onPick && "chart-explorer-picks")}
      style={{ left: LEFT, width, top: 0, height }}
      onPointerMove={({ nativeEvent }) => move(Math.floor(nativeEvent.offsetX / (width / places.length)))}
      onPointerLeave={() => onShow(null)}
      onClick={() => shown !== null && onPick?.(shown)}
      onFocus={() => onShow(said)}
      onBlur={() => onShow(null)}
      onKeyDown={press}
    />
  );
}

function PaneOf({
  pane,
  from,
  width,
  step,
  shown,
}: {
  pane: Pane;
  from: number;
  width: number;
  step: number;
  shown: number | null;
}) {
  const { kind, series, height, name, format, short = format } = pane;
  const highest =
    kind === "bars"
      ? Math.max(0, ...placesOf(series).map((at) => sum(series, at)))
      : Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const marks = ticks(highest, height > 110 ? 4 : 2);
  const most = last(marks) ?? 1;
  const y = (value: number) => from + height - (value / most) * height;
  return (
    <g>
      {marks.map((mark) => (
        <g key={mark}>
          <line
            className={mark === 0 ? "chart-zero" : "chart-grid"}
            x1={LEFT}
            x2={width - RIGHT}
            y1={y(mark)}
            y2={y(mark)}
          />
          <text x={LEFT - 8} y={y(mark) + 4} textAnchor="end">
            {short(mark)}
          </text>
        </g>
      ))}
      {name && (
        <text className="chart-pane-name" x={LEFT} y={from - 7}>
          {name}
        </text>
      )}
      {kind === "bars" ? (
        <Bars series={series} step={step} y={y} />
      ) : (
        <Lines series={series} filled={kind === "area"} step={step} y={y} shown={shown} />
      )}
    </g>
  );
}

interface Scale {
  /** The width of a place. */
  step: number;
  y: (value: number) => number;
}

/** Stacked bars. */
function Bars({ series, step, y }: Scale & { series: readonly Series[] }) {
  const gap = step > 8 ? Math.min(4, step * 0.22) : step * 0.15;
  const heightOf = (low: number, high: number) => {
    const height = y(low) - y(high);
    return Math.max(0.5, height - (low > 0 && height > 3 ? 1 : 0));
  };
  return placesOf(series).map((at) => (
    <Fragment key={at}>
      {stacked(series.map(({ values }) => values[at] ?? 0)).map(
        ([low, high], part) =>
          high > low && (
            <rect
              key={series[part]?.key}
              x={LEFT + at * step + gap / 2}
              width={Math.max(0.5, step - gap)}
              y={y(high)}
              height={heightOf(low, high)}
              style={{ fill: series[part]?.color }}
            />
          ),
      )}
    </Fragment>
  ));
}

/** Lines that break at missing values, with a dot at the shown place. */
function Lines({
  series,
  filled,
  step,
  y,
  shown,
}: Scale & { series: readonly Series[]; filled: boolean; shown: number | null }) {
  return (
    <>
      {series.map(({ key, color, values }) =>
        runs(values).map((run) => (
          <Run key={`${key} ${run[0]?.[0]}`} run={run} color={color} filled={filled} step={step} y={y} />
        )),
      )}
      {series.map(({ key, color, values }) => {
        const value = shown === null ? null : values[shown];
        if (shown === null || typeof value !== "number") return null;
        return (
          <circle
            key={key}
            className="chart-dot"
            cx={middle(shown, step)}
            cy={y(value)}
            r={5}
            style={{ fill: color }}
          />
        );
      })}
    </>
  );
}

/** A line without gaps, or a dot for a single value. */
function Run({
  run,
  color,
  filled,
  step,
  y,
}: Scale & { run: ReturnType<typeof runs>[number]; color: string; filled: boolean }) {
  const points = run.map(([at, value]) => [middle(at, step), y(value)] as const);
  const [from, to] = [points[0]?.[0], last(points)?.[0]];
  return (
    <>
      {filled && (
        <path
          className="chart-area"
          style={{ fill: color }}
          d={`M${from} ${y(0)} ${points.map(([x, y]) => `L${x} ${y}`).join(" ")} L${to} ${y(0)} Z`}
        />
      )}
      {points.length === 1 ? (
        points.map(([x, y]) => <circle key={x} cx={x} cy={y} r={2.5} style={{ fill: color }} />)
      ) : (
        <polyline
          className="chart-line"
          style={{ stroke: color }}
          points={points.map(([x, y]) => `${x},${y}`).join(" ")}
        />
      )}
    </>
  );
}

function Tip({
  place,
  panes,
  at,
  step,
  width,
}: {
  place: Place | undefined;
  panes: readonly Pane[];
  at: number;
  step: number;
  width: number;
}) {
  const x = middle(at, step);
  const side = x < width / 2 ? { left: x + 14 } : { right: width - x + 14 };
  return (
    <div className="chart-tip" aria-hidden="true" style={side}>
      <p>{place?.name}</p>
      <dl>
        {panes.map(({ series, format, kind }) => (
          <Fragment key={series[0]?.key}>
            {series.map(({ key, name, color, values }) => {
              const value = values[at];
              if (kind === "bars" && series.length > 3 && !value) return null;
              return (
                <Fragment key={key}>
                  <span className="swatch" style={{ background: color }} />
                  <dt>{name}</dt>
                  <dd>{typeof value === "number" ? format(value) : copy.nothing}</dd>
                </Fragment>
              );
            })}
            {kind === "bars" && series.length > 2 && (
              <>
                <span />
                <dt>{copy.dashboard.total}</dt>
                <dd>{format(sum(series, at))}</dd>
              </>
            )}
          </Fragment>
        ))}
      </dl>
    </div>
  );
}

function spoken(place: Place | undefined, panes: readonly Pane[], at: number): string {
  const values = panes.flatMap(({ series, format }) =>
    series.map(({ name, values }) => {
      const value = values[at];
      return `${name} ${typeof value === "number" ? format(value) : copy.nothing}`;
    }),
  );
  return `${place?.name ?? ""}: ${values.join(", ")}`;
}

function sum(series: readonly Series[], at: number): number {
  return series.reduce((total, { values }) => total + (values[at] ?? 0), 0);
}

function middle(at: number, step: number): number {
  return LEFT + (at + 0.5) * step;
}

/** The numbers of the places that have values. */
function placesOf(series: readonly Series[]): number[] {
  return [...(series[0]?.values ?? []).keys()];
}
