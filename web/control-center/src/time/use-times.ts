import { useSyncExternalStore } from "react";
import { Times } from "./times";
import { HOME, readZone, subscribeToZone } from "./zone";

const made = new Map<string, Times>();

function timesIn(zone: string): Times {
  const times = made.get(zone) ?? new Times(zone);
  made.set(zone, times);
  return times;
}

/** Times in the zone that the operator has chosen. */
export function useTimes(): Times {
  return timesIn(useSyncExternalStore(subscribeToZone, readZone));
}

/** Times in Jakarta, the zone of figures and reports. */
export function timesAtHome(): Times {
  return timesIn(HOME);
}
