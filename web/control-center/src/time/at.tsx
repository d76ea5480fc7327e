import { useServerClock } from "@curhat/kit";
import { useTimes } from "./use-times";
import { useToday } from "./use-today";

/** A time of the service: short to read, whole (with its zone) when pointed at. */
export function At({
  value,
  as = "moment",
}: {
  value: string;
  as?: "moment" | "recent" | "time" | "second";
}) {
  const times = useTimes();
  const clock = useServerClock();
  useToday(times); // what is written without its day is of today
  return (
    <time dateTime={value} title={times.whole(value)} className="at">
      {times[as](value, clock.now())}
    </time>
  );
}
