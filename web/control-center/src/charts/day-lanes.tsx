import { classNames } from "@curhat/kit";
import { type KeyboardEvent, useState } from "react";
import { Link } from "wouter";
import { useTimes } from "../time/use-times";
import "./day-lanes.css";
import { type Lane, type LaneItem, rowsOf } from "./lanes";

const HOUR = 3_600_000;
const EVERY = 3 * HOUR;
/** The width of an instant, as a share of the day. */
const LEAST = 0.006;
/** Narrower items show no text. */
const ROOM = 0.035;

/** A day in lanes of intervals and instants. Arrow keys move from item to item. */
export function DayLanes({
  label,
  since,
  until,
  now,
  lanes,
  hint,
}: {
  label: string;
  since: string;
  until: string;
  now: number;
  lanes: readonly Lane[];
  hint: string;
}) {
  const times = useTimes();
  const scale = scaleOf(Date.parse(since), Date.parse(until));
  const [told, setTold] = useState<string | null>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const all = lanes.flatMap(({ items }) => items);
  const reachable = all.some(({ key }) => key === current) ? current : (all[0]?.key ?? null);

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in
    <div className="lanes" role="group" aria-label={label} onKeyDown={moveFocus}>
      <div className="lanes-hours" aria-hidden="true">
        {scale.hours.map((at) => (
          <span key={at} style={{ left: percent(scale.share(at)) }}>
            {times.time(at)}
          </span>
        ))}
      </div>
      {lanes.map((lane) => (
        <LaneOf
          key={lane.key}
          lane={lane}
          scale={scale}
          now={now}
          reachable={reachable}
          onTold={(item) => {
            setTold(item?.label ?? null);
            if (item) setCurrent(item.key);
          }}
        />
      ))}
      <p className="lanes-told" aria-hidden="true">
        {told ?? hint}
      </p>
    </div>
  );
}

interface Scale {
  length: number;
  /** The times that are marked. */
  hours: number[];
  /** Where a time stands, from 0 to 1. */
  share: (at: number) => number;
}

function scaleOf(from: number, until: number): Scale {
  const length = until - from;
  return {
    length,
    hours: Array.from({ length: Math.floor(length / EVERY) + 1 }, (_, at) => from + at * EVERY),
    share: (at) => Math.min(1, Math.max(0, (at - from) / length)),
  };
}

function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>(".lane-item")];
  const at = items.indexOf(event.target as HTMLElement);
  const to = {
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    Home: 0,
    End: items.length - 1,
  }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  items[Math.min(items.length - 1, Math.max(0, to))]?.focus();
}

function LaneOf({
  lane: { name, items },
  scale: { length, hours, share },
  now,
  reachable,
  onTold,
}: {
  lane: Lane;
  scale: Scale;
  now: number;
  reachable: string | null;
  onTold: (item: LaneItem | null) => void;
}) {
  const rows = rowsOf(items, LEAST * length);
  const isToday = share(now) > 0 && share(now) < 1;
  return (
    <div className="lane">
      <span className="lane-name">{name}</span>
      <div
        className="lane-track"
        style={{ height: `${Math.max(1, ...rows.map((row) => row + 1)) * 1.75}rem` }}
      >
        {hours.map((at) => (
          <i key={at} className="lane-hour" style={{ left: percent(share(at)) }} />
        ))}
        {isToday && <i className="lane-now" style={{ left: percent(share(now)) }} />}
        {items.map((item, at) => (
          <Item
            key={item.key}
            item={item}
            left={share(item.from)}
            width={item.to === undefined ? null : share(item.to) - share(item.from)}
            row={rows[at] ?? 0}
            reachable={item.key === reachable}
            onTold={(on) => onTold(on ? item : null)}
          />
        ))}
      </div>
    </div>
  );
}

function Item({
  item,
  left,
  width,
  row,
  reachable,
  onTold,
}: {
  item: LaneItem;
  left: number;
  width: number | null;
  row: number;
  reachable: boolean;
  onTold: (on: boolean) => void;
}) {
  const shared = {
    className: classNames(
      "lane-item",
      `lane-${item.tone}`,
      width === null && "lane-moment",
      width !== null && width < ROOM && "lane-slim",
    ),
    "aria-label": item.label,
    tabIndex: reachable ? 0 : -1,
    style: {
      left: percent(left),
      top: `${row * 1.75 + 0.25}rem`,
      ...(width !== null && { width: `max(6px, ${percent(width)})` }),
    },
    onPointerEnter: () => onTold(true),
    onPointerLeave: () => onTold(false),
    onFocus: () => onTold(true),
    onBlur: () => onTold(false),
  };
  return item.href ? (
    <Link href={item.href} {...shared}>
      {width !== null && width >= ROOM && item.text}
    </Link>
  ) : (
    <button type="button" {...shared}>
      {width !== null && width >= ROOM && item.text}
    </button>
  );
}

function percent(share: number): string {
  return `${share * 100}%`;
}
