import { createContext, useContext, useEffect, useState } from "react";
import { ServerClock } from "./server-clock";

export const ClockContext = createContext(new ServerClock());

export function useServerClock(): ServerClock {
  return useContext(ClockContext);
}

/** Whole seconds until the deadline by the server's clock; null without a deadline. */
export function useSecondsLeft(deadline: string | null | undefined): number | null {
  const clock = useServerClock();
  const [, tick] = useState(0);
  const left = deadline ? secondsLeft(deadline, clock) : null;
  const over = left === null || left <= 0;

  useEffect(() => {
    if (!deadline || over) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = () => {
      clearTimeout(timer);
      const ms = Date.parse(deadline) - clock.now();
      timer = setTimeout(next, Math.max(20, (ms % 1000) + 5));
    };
    const next = () => {
      tick((n) => n + 1);
      wait();
    };
    wait();
    // Timers of a hidden page are late: check when it is visible again.
    document.addEventListener("visibilitychange", next);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", next);
    };
  }, [deadline, over, clock]);

  return left;
}

/** Seconds until the deadline, rounded up: 0 only when it has passed. */
export function secondsLeft(deadline: string, clock: ServerClock): number {
  return Math.max(0, Math.ceil((Date.parse(deadline) - clock.now()) / 1000));
}
