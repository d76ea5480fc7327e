import { Avatar, money, shownPhone, useServerClock } from "@curhat/kit";
import { Link, useParams } from "wouter";
import { ChatRow } from "../board/chats";
import { Kind, Left, OfferCounts } from "../board/searches";
import { DayLanes } from "../charts/day-lanes";
import { copy } from "../copy";
import { PersonDay, PersonHistory, PersonPage } from "../people/person-page";
import { api } from "../service";
import type { CustomerPage as CustomerState, Happened, Purchase, Search } from "../shapes";
import { Timeline } from "../story/timeline";
import type { Column } from "../table/table";
import { At } from "../time/at";
import { useTimes } from "../time/use-times";
import { Badge } from "../ui/badge";
import { Cause } from "../ui/cause";
import { Tiles } from "../ui/facts";
import { Page } from "../ui/page";
import { Person } from "../ui/person";
import { customerLanes } from "./customer-lanes";
import "../mitras/mitras.css";
import "../board/board.css";

/** A customer: now, one day, and all payments. */
export function CustomerPage() {
  const { customer: id } = useParams<{ customer: string }>();
  return (
    <PersonPage
      id={id}
      title={copy.customers.title}
      fetch={(signal) => api.get("/internal/users/{user_id}", { path: { user_id: id }, signal })}
    >
      {(page) => <Found page={page} />}
    </PersonPage>
  );
}

function Found({ page: { customer, totals, search, chat } }: { page: CustomerState }) {
  const times = useTimes();
  const words = copy.customers;
  return (
    <Page
      title={customer.display_name}
      before={<Avatar name={customer.display_name} size="large" />}
      lead={
        <span className="person-facts">
          <span className="figure">{shownPhone(customer.phone)}</span>
          <span>
            {copy.people.joined} {times.shortDate(customer.created_at)} ({times.name})
          </span>
        </span>
      }
      actions={
        <Link
          href={`/failed-pairings?needs_action=any&customer_id=${customer.id}`}
          className="button button-secondary button-small"
        >
          {words.failures}
        </Link>
      }
    >
      <Tiles
        tiles={[
          { name: words.totals.payments, value: copy.count(totals.payments) },
          { name: words.totals.chats, value: copy.count(totals.chats) },
          { name: words.totals.failures, value: copy.count(totals.failures) },
          { name: words.totals.charged, value: money(totals.charged) },
        ]}
      />
      {(search || chat) && (
        <section className="column" aria-labelledby="now">
          <div className="column-head">
            <h2 id="now">{words.now}</h2>
          </div>
          {search && <Searching search={search} />}
          {chat && <ChatRow chat={chat} />}
        </section>
      )}
      <Day id={customer.id} name={customer.display_name} />
      <History id={customer.id} />
    </Page>
  );
}

function Searching({ search }: { search: Search }) {
  return (
    <article className="live-row">
      <div className="live-row-line">
        <Link href={`/live/${search.id}`} className="live-row-name">
          {copy.searchStatus.searching}
        </Link>
        <Left
          until={search.deadline_at}
          of={Date.parse(search.deadline_at) - Date.parse(search.created_at)}
        />
      </div>
      <div className="live-row-line small">
        <Kind search={search} />
        <OfferCounts search={search} />
      </div>
    </article>
  );
}

function Day({ id, name }: { id: string; name: string }) {
  const times = useTimes();
  const now = useServerClock().now();
  const words = copy.customers;
  return (
    <PersonDay
      id={id}
      title={words.dayTitle}
      fetch={(day, signal) =>
        api.get("/internal/users/{user_id}/days/{day}", { path: { user_id: id, day }, signal })
      }
    >
      {(found, day) => (
        <>
          <DayLanes
            label={words.picture(name, day)}
            since={found.since}
            until={found.until}
            now={now}
            lanes={customerLanes(found, times, now)}
            hint={found.events.length === 0 ? copy.people.quietDay : `${copy.zone.label}: ${times.name}`}
          />
          {found.events.length > 0 && (
            <details className="person-offers">
              <summary>{copy.story.timeline}</summary>
              <Timeline events={found.events as Happened[]} people={found.people} />
            </details>
          )}
        </>
      )}
    </PersonDay>
  );
}

function History({ id }: { id: string }) {
  return (
    <PersonHistory
      id={id}
      fetch={(query, signal) =>
        api.get("/internal/users/{user_id}/payments", { path: { user_id: id }, query, signal })
      }
      rowKey={({ payment_session_id }) => payment_session_id}
      columns={columnsIn(useTimes().name)}
    />
  );
}

function columnsIn(zone: string): Column<Purchase>[] {
  const words = copy.customers.purchaseColumns;
  return [
    {
      key: "time",
      head: words.time(zone),
      small: true,
      cell: ({ created_at, payment_session_id }) => (
        <Link href={`/payments/${payment_session_id}`} className="row-time">
          <At value={created_at} />
        </Link>
      ),
    },
    { key: "what", head: words.what, cell: whatOf },
    {
      key: "amount",
      head: words.amount,
      number: true,
      cell: ({ amount, is_free_trial }) => (is_free_trial ? copy.free : money(amount)),
    },
    { key: "outcome", head: words.outcome, cell: (purchase) => <Outcome purchase={purchase} /> },
    {
      key: "mitra",
      head: words.mitra,
      from: "narrow",
      named: true,
      cell: ({ mitra_id, mitra_name, targeted_mitra_name }) =>
        mitra_id ? (
          <Person kind="mitra" id={mitra_id} name={mitra_name ?? ""} />
        ) : (
          (targeted_mitra_name ?? copy.nothing)
        ),
    },
  ];
}

function whatOf({ is_extension, is_free_trial, duration_minutes }: Purchase): string {
  const minutes = copy.minutes(duration_minutes);
  if (is_extension) return `${copy.story.facts.extension}, ${minutes}`;
  return is_free_trial ? `${copy.customers.trial}, ${minutes}` : minutes;
}

function Outcome({ purchase }: { purchase: Purchase }) {
  const { cause_tag, failure_id, operator_action, needs_action, end_reason, chat_status, status } = purchase;
  if (cause_tag !== null && failure_id !== null) {
    return (
      <>
        <Link href={`/failed-pairings/${failure_id}`} className="quiet-link">
          <Cause tag={cause_tag} />
        </Link>{" "}
        {operator_action !== null ? (
          <Badge tone="calm">{copy.actioned[operator_action]}</Badge>
        ) : (
          needs_action && <Badge tone="warm">{copy.failures.due.yes}</Badge>
        )}
      </>
    );
  }
  if (chat_status === "active") return <Badge tone="calm">{copy.mitras.running}</Badge>;
  if (end_reason !== null && !purchase.is_extension) return copy.endReason[end_reason];
  return copy.story.status[status];
}
