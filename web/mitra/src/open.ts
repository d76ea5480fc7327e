import { useServerClock } from "@curhat/kit";
import { useEffect, useState } from "react";

/** Items whose deadline has not passed by the service's clock. */
export function useOpen<Item extends { deadline_at: string }>(items: readonly Item[]): Item[] {
  const clock = useServerClock();
  const [, look] = useState(0);
  const open = items.filter(({ deadline_at }) => Date.parse(deadline_at) > clock.now());
  const next = open.length > 0 ? Math.min(...open.map(({ deadline_at }) => Date.parse(deadline_at))) : null;

  useEffect(() => {
    if (next === null) return;
    const again = () => look((n) => n + 1);
    const timer = setTimeout(again, Math.max(0, next - clock.now()) + 5);
    // Timers of a hidden page are late: check when it is visible again.
    document.addEventListener("visibilitychange", again);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, [next, clock]);

  return open;
}
