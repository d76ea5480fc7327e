import { copy } from "../copy";
import type { Alarm } from "../shapes";

/** An alarm in a sentence; `searching`: the number of running searches. */
export function sentenceOfAlarm({ kind, item, detail }: Alarm, searching: number): string {
  switch (kind) {
    case "nobody_online":
      return copy.alarms.nobodyOnline(searching);
    case "health":
      return copy.alarms.health[item ?? ""] ?? detail;
    case "audit":
      return copy.alarms.audit(copy.alarms.invariants[item ?? ""] ?? item ?? detail);
  }
}

/** The page where it can be handled, if any. */
export function placeOfAlarm({ kind, entity, entity_id }: Alarm): string | null {
  if (kind === "nobody_online") return "/live";
  if (entity === "payment_session") return `/payments/${entity_id}`;
  if (entity === "pairing_request") return `/live/${entity_id}`;
  if (entity === "mitra") return `/mitras/${entity_id}`;
  return null;
}
