/** An interval or an instant in a lane. */
export interface LaneItem {
  key: string;
  /** Milliseconds since 1970; an instant has no `to`. */
  from: number;
  to?: number;
  tone: "good" | "half" | "none" | "chat" | "search" | "bad" | "money" | "act";
  /** The full description. */
  label: string;
  /** Shown inside, where there is room. */
  text?: string;
  href?: string;
}

export interface Lane {
  key: string;
  name: string;
  items: readonly LaneItem[];
}

/** The row of each item, so that none overlap. Items are in order of time; `least`: the width of an instant. */
export function rowsOf(items: readonly LaneItem[], least: number): number[] {
  const ends: number[] = [];
  return items.map(({ from, to }) => {
    const until = Math.max(to ?? from, from + least);
    const free = ends.findIndex((end) => end <= from);
    const row = free < 0 ? ends.length : free;
    ends[row] = until;
    return row;
  });
}
