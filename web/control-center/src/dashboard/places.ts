import type { Place } from "../charts/series-chart";
import type { DashboardDay } from "../shapes";
import { longDay, shortDay } from "../time/days";

export function placesOf(days: readonly DashboardDay[]): Place[] {
  return days.map(({ day }) => ({ tick: shortDay(day), name: longDay(day) }));
}
