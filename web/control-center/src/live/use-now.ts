import { useLive } from "@curhat/kit";
import { useQuery } from "@tanstack/react-query";
import { api } from "../service";
import type { Alarm, Counters, Role } from "../shapes";
import { live } from "./live";

/** An alarm must not depend on what it watches: poll after this long without an event. */
const WITHOUT_EVENTS_MS = 30_000;

/** The counters and alarms; null until the first snapshot. */
export function useNow(): { counters: Counters; alarms: Alarm[] } | null {
  const { data } = useQuery({
    queryKey: ["now"],
    queryFn: ({ signal }) => api.get("/internal/counters", { signal }),
    select: ({ counters, alarms }) => ({ counters, alarms }),
    refetchInterval: WITHOUT_EVENTS_MS,
  });
  return data ?? null;
}

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** What the operator may do. The service decides; this only hides what it would refuse. */
export function useRole(): { role: Role; mayAct: boolean; maySet: boolean } {
  const role = useLive(live).state?.operator.role ?? "viewer";
  return { role, mayAct: RANK[role] >= RANK.operator, maySet: role === "admin" };
}
