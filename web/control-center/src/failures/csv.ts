import { api, clock } from "../service";
import type { Times } from "../time/times";
import { type Filter, queryOf } from "./filter";

/** Downloads all rows of the filter. */
export async function exportCsv(filter: Filter, times: Times): Promise<void> {
  const query = queryOf(filter, times);
  const file = await api.file("/internal/failed-pairings", "text/csv", { query });
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = `failed-pairings-${times.day(clock.now())}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
