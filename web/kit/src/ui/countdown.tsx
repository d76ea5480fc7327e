import { useSecondsLeft } from "../clock/countdown";
import { minutesAndSeconds, spokenDuration } from "../format/time";
import "./countdown.css";
import { classNames } from "./class-names";

/** The time until a deadline, "4:05". Not read aloud each second. */
export function Countdown({ until, className }: { until: string; className?: string }) {
  const left = useSecondsLeft(until) ?? 0;
  return (
    <time
      role="timer"
      aria-live="off"
      aria-label={spokenDuration(left)}
      dateTime={`PT${left}S`}
      className={classNames("countdown", className)}
    >
      {minutesAndSeconds(left)}
    </time>
  );
}

/** A ring that empties. `of`: the whole wait in seconds; `children`: in the middle. */
export function CountdownRing({
  until,
  of,
  children,
}: {
  until: string;
  of: number;
  children?: React.ReactNode;
}) {
  const left = useSecondsLeft(until) ?? 0;
  const share = of > 0 ? Math.min(1, left / of) : 0;
  return (
    <div className="countdown-ring">
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle className="countdown-track" cx="50" cy="50" r="45" />
        <circle
          className="countdown-rest"
          cx="50"
          cy="50"
          r="45"
          pathLength="1"
          strokeDasharray="1"
          strokeDashoffset={1 - share}
        />
      </svg>
      <div className="countdown-middle">{children ?? <Countdown until={until} />}</div>
    </div>
  );
}
