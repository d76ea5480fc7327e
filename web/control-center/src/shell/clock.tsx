import { useServerClock } from "@curhat/kit";
import { useEffect, useState } from "react";
import { useTimes } from "../time/use-times";

/** The service's time, in the zone of the page. */
export function Clock() {
  const times = useTimes();
  const clock = useServerClock();
  const [now, setNow] = useState(() => clock.now());

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      setNow(clock.now());
      timer = setTimeout(tick, 1000 - (clock.now() % 1000) + 5);
    };
    tick();
    return () => clearTimeout(timer);
  }, [clock]);

  return (
    <p className="clock">
      <time className="clock-time" dateTime={new Date(now).toISOString()}>
        {times.second(now)} {times.name}
      </time>
      <span className="clock-date">{times.shortDate(now)}</span>
    </p>
  );
}
