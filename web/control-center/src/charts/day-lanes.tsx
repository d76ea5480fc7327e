import { classNames } from "@curhat/kit";
import { type KeyboardEvent, useState } from "react";
import { Link } from "wouter";
import { useTimes } from "../time/use-times";
import "./day-lanes.css";
import { type Lane, type LaneItem, rowsOf } from "./lanes";

const HOUR = 3_600_000;
const EVERY = 3 * HOUR;
/** A moment's width, as a share of the whole. */
const LEAST = 0.006;
/** What is narrower has no room for a text. */
const ROOM = 0.035;

/** A day as a picture: what lasted and what happened, lane by lane. Arrow keys and the mouse go from one to the next. */
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
  const from = Date.parse(since);
  const length = Date.parse(until) - from;
  const [told, setTold] = useState<string | null>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const all = lanes.flatMap(({ items }) => items);
  const reachable = all.some(({ key }) => key === current) ? current : (all[0]?.key ?? null);
  const share = (at: number) => Math.min(1, Math.max(0, (at - from) / length));
  const hours = Array.from({ length: Math.floor(length / EVERY) + 1 }, (_, at) => from + at * EVERY);

  const press = (event: KeyboardEvent<HTMLDivElement>) => {
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
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in
    <div className="lanes" role="group" aria-label={label} onKeyDown={press}>
      <div className="lanes-hours" aria-hidden="true">
        {hours.map((at) => (
          <span key={at} style={{ left: `${share(at) * 100}%` }}>
            {times.time(at)}
          </span>
        ))}
      </div>
      {lanes.map(({ key, name, items }) => {
        const rows = rowsOf(items, LEAST * length);
        return (
          <div key={key} className="lane">
            <span className="lane-name">{name}</span>
            <div
              className="lane-track"
              style={{ height: `${Math.max(1, ...rows.map((row) => row + 1)) * 1.75}rem` }}
            >
              {hours.map((at) => (
                <i key={at} className="lane-hour" style={{ left: `${share(at) * 100}%` }} />
              ))}
              {now > from && now < from + length && (
                <i className="lane-now" style={{ left: `${share(now) * 100}%` }} />
              )}
              {items.map((item, at) => (
                <Item
                  key={item.key}
                  item={item}
                  left={share(item.from)}
                  width={item.to === undefined ? null : share(item.to) - share(item.from)}
                  row={rows[at] ?? 0}
                  reachable={item.key === reachable}
                  onTold={(on) => {
                    setTold(on ? item.label : null);
                    if (on) setCurrent(item.key);
                  }}
                />
              ))}
            </div>
          </div>
        );
      })}
      <p className="lanes-told" aria-hidden="true">
        {told ?? hint}
      </p>
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
      left: `${left * 100}%`,
      top: `${row * 1.75 + 0.25}rem`,
      ...(width !== null && { width: `max(6px, ${width * 100}%)` }),
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
