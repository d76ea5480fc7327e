import { useServerClock } from "@curhat/kit";
import { useSyncExternalStore } from "react";
import type { Times } from "./times";

const watching = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** The day that it is there by the service's clock: another one from midnight on, however long a page stays open. */
export function useToday(times: Times): string {
  const clock = useServerClock();
  return useSyncExternalStore(watch, () => times.day(clock.now()));
}

function watch(listener: () => void): () => void {
  watching.add(listener);
  timer ??= setInterval(() => {
    for (const one of [...watching]) one();
  }, 1_000);
  return () => {
    watching.delete(listener);
    if (watching.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
