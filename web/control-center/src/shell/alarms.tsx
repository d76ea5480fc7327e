import { WarningIcon } from "@curhat/kit";
import { useId, useState } from "react";
import { Link } from "wouter";
import { copy } from "../copy";
import { useNow } from "../live/use-now";
import type { Alarm } from "../shapes";
import { At } from "../time/at";
import { placeOfAlarm, sentenceOfAlarm } from "./alarm";
import "./alarms.css";

/** The open alarms, above every screen. */
export function Alarms() {
  const now = useNow();
  const [open, setOpen] = useState(false);
  const list = useId();
  const alarms = now?.alarms ?? [];
  const searching = now?.counters.searching ?? 0;
  const [first, ...rest] = alarms;

  return (
    <section aria-label={first && copy.alarms.label} className="alarms">
      {/* Always in the page, so that a change is read aloud. */}
      <div role="alert">
        {first && (
          <div className="alarms-line">
            <WarningIcon />
            <p>{rest.length === 0 ? sentenceOfAlarm(first, searching) : summary(alarms, searching)}</p>
            {rest.length === 0 ? (
              <Place alarm={first} />
            ) : (
              <button type="button" aria-expanded={open} aria-controls={list} onClick={() => setOpen(!open)}>
                {open ? copy.alarms.hide : copy.alarms.show}
              </button>
            )}
          </div>
        )}
      </div>
      {open && rest.length > 0 && (
        <ul id={list} className="alarms-list plain-list">
          {alarms.map((alarm) => (
            <li key={`${alarm.kind} ${alarm.item} ${alarm.entity_id}`}>
              <AlarmText alarm={alarm} searching={searching} />
              <Place alarm={alarm} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function summary(alarms: readonly Alarm[], searching: number): string {
  const [first] = alarms;
  const most = first ? sentenceOfAlarm(first, searching) : "";
  return `${copy.alarms.more(alarms.length)}: ${most}`;
}

/** The sentence, with the database's details. */
export function AlarmText({ alarm, searching }: { alarm: Alarm; searching: number }) {
  return (
    <p>
      {sentenceOfAlarm(alarm, searching)}
      <small>
        {alarm.since && (
          <>
            {copy.alarms.since} <At value={alarm.since} />
            {" · "}
          </>
        )}
        {alarm.detail}
      </small>
    </p>
  );
}

function Place({ alarm }: { alarm: Alarm }) {
  const place = placeOfAlarm(alarm);
  return place && <Link href={place}>{copy.alarms.open}</Link>;
}
