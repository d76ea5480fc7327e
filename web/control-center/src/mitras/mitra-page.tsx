import { Avatar, Button, shownPhone, useServerClock } from "@curhat/kit";
import { useState } from "react";
import { Link, useParams } from "wouter";
import { ChatRow } from "../board/chats";
import { ForceOfflineDialog } from "../board/dialogs";
import { DayLanes } from "../charts/day-lanes";
import { copy } from "../copy";
import { useRole } from "../live/use-now";
import { PersonDay, PersonHistory, PersonPage } from "../people/person-page";
import { api } from "../service";
import type { MitraDay, MitraPage as MitraState, PastChat } from "../shapes";
import { actorOf } from "../story/sentences";
import { type Column, Table } from "../table/table";
import { At } from "../time/at";
import { duration } from "../time/duration";
import { useTimes } from "../time/use-times";
import { Badge } from "../ui/badge";
import { Tiles } from "../ui/facts";
import { Page } from "../ui/page";
import { Person } from "../ui/person";
import { Load, PresenceOf } from "../ui/presence";
import { mitraLanes } from "./mitra-lanes";
import "./mitras.css";

/** A mitra: now, one day, and all chats. */
export function MitraPage() {
  const { mitra: id } = useParams<{ mitra: string }>();
  return (
    <PersonPage
      id={id}
      title={copy.mitras.title}
      fetch={(signal) => api.get("/internal/mitras/{mitra_id}", { path: { mitra_id: id }, signal })}
    >
      {(page) => <Found page={page} />}
    </PersonPage>
  );
}

function Found({ page: { mitra, chats } }: { page: MitraState }) {
  const { mayAct } = useRole();
  const times = useTimes();
  const [forcing, setForcing] = useState(false);
  return (
    <Page
      title={mitra.display_name}
      before={<Avatar name={mitra.display_name} size="large" />}
      lead={
        <span className="person-facts">
          <span className="figure">{shownPhone(mitra.phone)}</span>
          <span>
            <PresenceOf presence={mitra.presence} /> {copy.people.since}{" "}
            <At as="recent" value={mitra.status_changed_at} /> {times.name}
          </span>
          <span>
            <Load chats={mitra.active_chats} capacity={mitra.capacity} />{" "}
            {copy.board.load(mitra.active_chats, mitra.capacity)}
          </span>
          <span>
            {copy.people.joined} {times.shortDate(mitra.created_at)} ({times.name})
          </span>
        </span>
      }
      actions={
        <>
          <Link
            href={`/failed-pairings?needs_action=any&mitra_id=${mitra.id}`}
            className="button button-secondary button-small"
          >
            {copy.mitras.failures}
          </Link>
          {mayAct && mitra.presence !== "offline" && (
            <Button kind="danger" size="small" onClick={() => setForcing(true)}>
              {copy.board.force}
            </Button>
          )}
        </>
      }
    >
      {chats.length > 0 && (
        <section className="column" aria-labelledby="running">
          <div className="column-head">
            <h2 id="running">{copy.mitras.running}</h2>
          </div>
          {chats.map((chat) => (
            <ChatRow key={chat.id} chat={chat} />
          ))}
        </section>
      )}
      <Day id={mitra.id} name={mitra.display_name} />
      <History id={mitra.id} />
      {forcing && <ForceOfflineDialog mitra={mitra} onClose={() => setForcing(false)} />}
    </Page>
  );
}

function Day({ id, name }: { id: string; name: string }) {
  const times = useTimes();
  const now = useServerClock().now();
  return (
    <PersonDay
      id={id}
      title={copy.mitras.dayTitle}
      fetch={(day, signal) =>
        api.get("/internal/mitras/{mitra_id}/days/{day}", { path: { mitra_id: id, day }, signal })
      }
    >
      {(found, day) => (
        <>
          <Tiles tiles={figuresOf(found)} />
          <DayLanes
            label={copy.mitras.picture(name, day)}
            since={found.since}
            until={found.until}
            now={now}
            lanes={mitraLanes(found, times, now)}
            hint={`${copy.zone.label}: ${times.name}`}
          />
          <Notes day={found} />
          {found.offers.length > 0 && <Offers day={found} />}
        </>
      )}
    </PersonDay>
  );
}

function figuresOf({ figures }: MitraDay) {
  const words = copy.mitras.figures;
  return [
    { name: words.online, value: duration(Math.round(figures.online_seconds)) },
    { name: words.busy, value: duration(Math.round(figures.busy_seconds)) },
    { name: words.unreachable, value: duration(Math.round(figures.unreachable_seconds)) },
    { name: words.chats, value: copy.count(figures.chats) },
    { name: words.offers, value: copy.count(figures.offers) },
    { name: words.accepted, value: copy.count(figures.accepted) },
    { name: words.declined, value: copy.count(figures.declined) },
    { name: words.missed, value: copy.count(figures.missed) },
  ];
}

function Notes({ day }: { day: MitraDay }) {
  const told = day.presence.filter(({ note }) => note !== null);
  if (told.length === 0) return null;
  return (
    <section aria-label={copy.mitras.notes}>
      <h3>{copy.mitras.notes}</h3>
      <ul className="plain-list">
        {told.map(({ started_at, actor, note, presence }) => (
          <li key={started_at}>
            <At value={started_at} as="second" /> <PresenceOf presence={presence} />{" "}
            <span className="soft">
              {actor && `${actorOf(actor, {})}: `}“{note}”
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Offers({ day }: { day: MitraDay }) {
  const times = useTimes();
  const words = copy.mitras.offerColumns;
  const answered = ({ sent_at, closed_at }: MitraDay["offers"][number]) =>
    closed_at === null ? copy.nothing : duration((Date.parse(closed_at) - Date.parse(sent_at)) / 1000);
  return (
    <details className="person-offers">
      <summary>
        {copy.mitras.dayOffers} <span className="soft figure">{copy.count(day.offers.length)}</span>
      </summary>
      <Table
        plain
        caption={copy.mitras.dayOffers}
        rows={day.offers}
        rowKey={({ request_id, sent_at }) => `${request_id} ${sent_at}`}
        columns={[
          {
            key: "sent",
            head: words.sent(times.name),
            small: true,
            cell: ({ request_id, sent_at }) => (
              <Link href={`/live/${request_id}`} className="row-time">
                <At value={sent_at} as="second" />
              </Link>
            ),
          },
          {
            key: "customer",
            head: words.customer,
            named: true,
            cell: ({ customer_id, customer_name }) => (
              <Person kind="customer" id={customer_id} name={customer_name} />
            ),
          },
          { key: "kind", head: words.kind, cell: ({ request_type }) => copy.searchKind[request_type] },
          { key: "answer", head: words.answer, cell: ({ status }) => copy.offerStatus[status] },
          { key: "after", head: words.after, number: true, cell: answered },
        ]}
      />
    </details>
  );
}

function History({ id }: { id: string }) {
  return (
    <PersonHistory
      id={id}
      fetch={(query, signal) =>
        api.get("/internal/mitras/{mitra_id}/chat-sessions", { path: { mitra_id: id }, query, signal })
      }
      rowKey={(chat) => chat.id}
      columns={columnsIn(useTimes().name)}
    />
  );
}

function columnsIn(zone: string): Column<PastChat>[] {
  const words = copy.mitras.chatColumns;
  return [
    {
      key: "time",
      head: words.time(zone),
      small: true,
      cell: ({ started_at, payment_session_id }) => (
        <Link href={`/payments/${payment_session_id}`} className="row-time">
          <At value={started_at} />
        </Link>
      ),
    },
    {
      key: "customer",
      head: words.customer,
      named: true,
      cell: ({ customer_id, customer_name }) => (
        <Person kind="customer" id={customer_id} name={customer_name} />
      ),
    },
    {
      key: "minutes",
      head: words.minutes,
      number: true,
      cell: ({ duration_minutes }) => copy.minutes(duration_minutes),
    },
    {
      key: "end",
      head: words.end,
      cell: ({ end_reason }) =>
        end_reason === null ? <Badge tone="calm">{copy.mitras.running}</Badge> : copy.endReason[end_reason],
    },
    {
      key: "messages",
      head: words.messages,
      number: true,
      from: "medium",
      cell: ({ messages }) => copy.count(messages),
    },
  ];
}
