import { Button } from "@curhat/kit";
import { useId } from "react";
import { copy } from "../copy";
import { isDay, longDay, moved, shortDay } from "../time/days";
import { useTimes } from "../time/use-times";
import { useToday } from "../time/use-today";
import { HOME } from "../time/zone";
import { CalendarIcon } from "../ui/icons";

type Range = { from: string | null; to: string | null };

/** The days to show, in the zone of the page; `home`: in Jakarta's. */
export function DateFilter({
  from,
  to,
  home,
  onChange,
}: Range & { home: boolean; onChange: (range: Range) => void }) {
  const id = useId();
  const times = useTimes();
  const today = useToday(times);
  const words = copy.failures;
  const ranges = rangesFrom(today);
  const elsewhere = home && times.zone !== HOME;
  const known = elsewhere ? undefined : ranges.find(([, range]) => range.from === from && range.to === to);
  return (
    <>
      <span className="visually-hidden" id={`${id}-label`}>
        {words.range}
      </span>
      <Button
        kind="secondary"
        id={`${id}-button`}
        className="filter-button"
        icon={<CalendarIcon />}
        aria-labelledby={`${id}-label ${id}-button`}
        popoverTarget={id}
      >
        {known?.[0] ?? inWords(from, to)}
        {elsewhere && ` (${words.home})`}
      </Button>
      <div id={id} popover="auto" className="menu date-menu">
        <Ranges ranges={ranges} known={known?.[0]} onChoose={onChange} />
        <div className="date-fields">
          <DayField
            label={words.from}
            value={from}
            max={to ?? today}
            onChange={(day) => onChange({ from: day, to })}
          />
          <DayField
            label={words.to}
            value={to}
            min={from}
            max={today}
            onChange={(day) => onChange({ from, to: day })}
          />
        </div>
        <p className="soft small">{words.datesIn(elsewhere ? words.home : times.name)}</p>
      </div>
    </>
  );
}

/** The ranges that have a name. */
function rangesFrom(today: string): [string, Range][] {
  const words = copy.failures;
  return [
    [words.anyTime, { from: null, to: null }],
    [words.today, { from: today, to: today }],
    [words.yesterday, { from: moved(today, -1), to: moved(today, -1) }],
    [words.lastDays(7), { from: moved(today, -6), to: today }],
    [words.lastDays(30), { from: moved(today, -29), to: today }],
  ];
}

function Ranges({
  ranges,
  known,
  onChoose,
}: {
  ranges: [string, Range][];
  known: string | undefined;
  onChoose: (range: Range) => void;
}) {
  return (
    <div className="date-ranges">
      {ranges.map(([name, range]) => (
        <Button
          key={name}
          kind={name === known ? "primary" : "quiet"}
          size="small"
          aria-pressed={name === known}
          onClick={() => onChoose(range)}
        >
          {name}
        </Button>
      ))}
    </div>
  );
}

function DayField({
  label,
  value,
  min,
  max,
  onChange,
}: {
  label: string;
  value: string | null;
  min?: string | null;
  max: string;
  onChange: (day: string | null) => void;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="filter-label">
        {label}
      </label>
      <input
        id={id}
        type="date"
        className="plain-select"
        value={value ?? ""}
        min={min ?? undefined}
        max={max}
        onChange={({ target }) =>
          (target.value === "" || isDay(target.value)) && onChange(target.value || null)
        }
      />
    </div>
  );
}

function inWords(from: string | null, to: string | null): string {
  if (from !== null && from === to) return longDay(from);
  if (from === null) return `… – ${to === null ? "…" : shortDay(to)}`;
  return `${shortDay(from)} – ${to === null ? "…" : shortDay(to)}`;
}
