/** Something that lasts, or happens, on a lane of a day. */
export interface LaneItem {
  key: string;
  /** Milliseconds since 1970; without `to` it is a moment. */
  from: number;
  to?: number;
  tone: "good" | "half" | "none" | "chat" | "search" | "bad" | "money" | "act";
  /** All that is to be said of it. */
  label: string;
  /** In it, where there is room. */
  text?: string;
  href?: string;
}

export interface Lane {
  key: string;
  name: string;
  items: readonly LaneItem[];
}

/** Which row each item stands on so that none covers another; items must be in order of time. `least`: a moment's width. */
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
