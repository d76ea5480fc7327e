import { useSecondsLeft } from "../clock/countdown";
import { Countdown } from "../ui/countdown";
import "./chat.css";

const FIVE_MINUTES = 300;
const ONE_MINUTE = 60;

/** The time left in a chat. */
export function TimeLeft({ until, label }: { until: string; label: string }) {
  const left = useSecondsLeft(until) ?? 0;
  return (
    <p className="chat-time" data-soon={left <= FIVE_MINUTES} data-now={left <= ONE_MINUTE}>
      <small>{label}</small>
      <Countdown until={until} />
    </p>
  );
}

/** Warns five minutes and one minute before the end. */
export function EndsSoon({
  until,
  copy,
}: {
  until: string;
  copy: { fiveMinutes: string; oneMinute: string; closing: string };
}) {
  const left = useSecondsLeft(until) ?? 0;
  const text =
    left > FIVE_MINUTES
      ? null
      : left > ONE_MINUTE
        ? copy.fiveMinutes
        : left > 0
          ? copy.oneMinute
          : copy.closing;
  return (
    <p role="status" className="chat-soon" data-now={left <= ONE_MINUTE}>
      {text}
    </p>
  );
}
