import { useServerClock } from "@curhat/kit";
import { useSyncExternalStore } from "react";
import type { Times } from "./times";

const watching = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Today by the service's clock; changes at midnight. */
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
