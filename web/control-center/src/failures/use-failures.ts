import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { api } from "../service";
import type { Failure, Failures } from "../shapes";
import { useTimes } from "../time/use-times";
import { decided } from "./decided";
import { type Filter, queryOf } from "./filter";

export function useFailures(filter: Filter) {
  const query = queryOf(filter, useTimes());
  return useQuery({
    queryKey: ["failures", query],
    queryFn: ({ signal }) => api.get("/internal/failed-pairings", { query, signal }),
    placeholderData: keepPreviousData,
  });
}

/** The rows to show. Held rows do not move; they only show decisions. `fresh`: how many newer ones came in since. */
export function useSteadyRows(page: Failures | undefined, held: boolean, of: string) {
  const [kept, setKept] = useState<{ of: string; rows: Failure[] } | null>(null);
  const version = useSyncExternalStore(decided.subscribe, decided.version);

  useEffect(() => {
    if (!held) setKept(null);
    else if (page) setKept((before) => (before?.of === of ? before : { of, rows: page.rows }));
  }, [held, of, page]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` stands for what was decided
  return useMemo(() => {
    const rows = page?.rows ?? [];
    const steady = held && kept?.of === of ? kept.rows : rows;
    const now = new Map(rows.map((row) => [row.id, row]));
    const first = steady[0]?.created_at ?? "";
    const has = new Set(steady.map(({ id }) => id));
    return {
      rows: steady.map((row) => decided.apply(now.get(row.id) ?? row)),
      fresh: steady === rows ? 0 : rows.filter((row) => !has.has(row.id) && row.created_at >= first).length,
    };
  }, [page, held, kept, of, version]);
}
