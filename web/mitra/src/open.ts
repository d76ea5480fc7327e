import { useServerClock } from "@curhat/kit";
import { useEffect, useState } from "react";

/** Those whose deadline has not passed by the service's clock; each leaves at its own. */
export function useOpen<Item extends { deadline_at: string }>(items: readonly Item[]): Item[] {
  const clock = useServerClock();
  const [, look] = useState(0);
  const open = items.filter(({ deadline_at }) => Date.parse(deadline_at) > clock.now());
  const next = open.length > 0 ? Math.min(...open.map(({ deadline_at }) => Date.parse(deadline_at))) : null;

  useEffect(() => {
    if (next === null) return;
    const again = () => look((n) => n + 1);
    const timer = setTimeout(again, Math.max(0, next - clock.now()) + 5);
    // A hidden page's timers are late: look at once when it is seen again.
    document.addEventListener("visibilitychange", again);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, [next, clock]);

  return open;
}
