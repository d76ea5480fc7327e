import { Card, CheckIcon, WarningIcon } from "@curhat/kit";
import { Link } from "wouter";
import { copy } from "../copy";
import type { Alarm } from "../shapes";
import { placeOfAlarm } from "../shell/alarm";
import { AlarmText } from "../shell/alarms";

/** Every alarm, with its details. */
export function Warnings({ alarms, searching }: { alarms: readonly Alarm[]; searching: number }) {
  return (
    <Card className="warnings" aria-labelledby="warnings">
      <h2 id="warnings">{copy.dashboard.alarms}</h2>
      {alarms.length === 0 ? (
        <p className="warnings-calm">
          <CheckIcon /> {copy.dashboard.calm}
        </p>
      ) : (
        <ul className="plain-list">
          {alarms.map((alarm) => {
            const place = placeOfAlarm(alarm);
            return (
              <li key={`${alarm.kind} ${alarm.item} ${alarm.entity_id}`}>
                <WarningIcon />
                <AlarmText alarm={alarm} searching={searching} />
                {place && <Link href={place}>{copy.alarms.open}</Link>}
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
