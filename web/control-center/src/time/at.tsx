import { useServerClock } from "@curhat/kit";
import { useTimes } from "./use-times";

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
  return (
    <time dateTime={value} title={times.whole(value)} className="at">
      {times[as](value, clock.now())}
    </time>
  );
}
