import { classNames } from "@curhat/kit";
import { copy } from "../copy";
import type { Happened } from "../shapes";
import { At } from "../time/at";
import { offset } from "../time/duration";
import { useTimes } from "../time/use-times";
import { actorOf, sentenceOfEvent, toneOfEvent } from "./sentences";

/** Events in order. */
export function Timeline({
  events,
  people,
}: {
  events: readonly Happened[];
  people: Record<string, string>;
}) {
  const times = useTimes();
  const began = events[0] ? Date.parse(events[0].at) : 0;
  let day = "";
  return (
    <ol className="timeline">
      {events.map((event) => {
        const sentence = sentenceOfEvent(event, people);
        if (sentence === null) return null;
        const isNewDay = times.day(event.at) !== day;
        day = times.day(event.at);
        return (
          <li key={event.id} className={classNames(`timeline-${toneOfEvent(event)}`)}>
            <span className="timeline-when">
              {isNewDay ? <small>{times.shortDate(event.at)}</small> : null}
              <At value={event.at} as="second" />
              <small title={copy.story.since}>{offset(Date.parse(event.at) - began)}</small>
            </span>
            <p className="timeline-what">
              {sentence}
              <small>{actorOf(event.actor, people)}</small>
            </p>
          </li>
        );
      })}
    </ol>
  );
}
