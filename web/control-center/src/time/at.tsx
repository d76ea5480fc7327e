import { useServerClock } from "@curhat/kit";
import { useTimes } from "./use-times";
import { useToday } from "./use-today";

/** A time in short; in full, with its zone, on hover. */
export function At({
  value,
  as = "moment",
}: {
  value: string;
  as?: "moment" | "recent" | "time" | "second";
}) {
  const times = useTimes();
  const clock = useServerClock();
  useToday(times); // a time without a day is today's
  return (
    <time dateTime={value} title={times.whole(value)} className="at">
      {times[as](value, clock.now())}
    </time>
  );
}
