import { Button, Countdown } from "@curhat/kit";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { useAddress } from "../address/use-address";
import { copy } from "../copy";
import { api } from "../service";
import type { Offer, Search } from "../shapes";
import { OfferBadge } from "../story/story";
import { type Column, Table } from "../table/table";
import { At } from "../time/at";
import { duration } from "../time/duration";
import { useTimes } from "../time/use-times";
import { Badge } from "../ui/badge";
import { Fact, Facts } from "../ui/facts";
import { PageIcon, QuestionIcon } from "../ui/icons";
import { Panel } from "../ui/panel";
import { Person } from "../ui/person";
import { SearchField } from "../ui/search-field";
import { Loaded, Loading, Problem } from "../ui/states";
import { price } from "../words";
import { Kind } from "./searches";

/** One search: its offers and answers, and why another mitra got none. */
export function SearchPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery({
    queryKey: ["searches", "one", id],
    queryFn: ({ signal }) => api.get("/internal/searches/{request_id}", { path: { request_id: id }, signal }),
  });
  const { data } = query;
  return (
    <Panel
      title={data ? copy.board.detail(data.customer_name) : copy.board.searches}
      subject={id}
      onClose={onClose}
      actions={
        data && (
          <Link
            href={`/payments/${data.payment_session_id}`}
            className="icon-button"
            aria-label={copy.story.page}
            title={copy.story.page}
          >
            <PageIcon />
          </Link>
        )
      }
    >
      <Loaded query={query}>{(search) => <Detail search={search} />}</Loaded>
    </Panel>
  );
}

function Detail({ search }: { search: Search }) {
  const { params, change } = useAddress();
  const why = params.get("why");
  const ask = (mitra: string) => change({ why: mitra }, { replace: true });
  return (
    <div className="story">
      <About search={search} />
      <section aria-label={copy.board.offersTitle}>
        <h3>{copy.board.offersTitle}</h3>
        {search.offers.length === 0 ? (
          <p className="soft">{copy.board.nobodyAsked}.</p>
        ) : (
          <Table
            plain
            caption={copy.board.offersTitle}
            rows={search.offers}
            rowKey={({ mitra_id, sent_at }) => `${mitra_id} ${sent_at}`}
            columns={offerColumns(why, ask)}
          />
        )}
      </section>
      <section aria-label={copy.board.whyOther}>
        <h3>{copy.board.whyOther}</h3>
        <MitraPicker onPick={ask} />
        {why && <Explanation request={search.id} mitra={why} />}
      </section>
    </div>
  );
}

function About({ search }: { search: Search }) {
  const times = useTimes();
  return (
    <Facts>
      <Fact name={copy.story.facts.status}>
        {search.status === "searching" ? (
          <Badge tone="sky">
            {copy.searchStatus.searching}, {copy.board.timeLeft} <Countdown until={search.deadline_at} />
          </Badge>
        ) : (
          <Badge tone={search.status === "matched" ? "calm" : "neutral"}>
            {copy.searchStatus[search.status]}
          </Badge>
        )}
      </Fact>
      <Fact name={copy.story.facts.customer}>
        <Person kind="customer" id={search.customer_id} name={search.customer_name} />
      </Fact>
      <Fact name={copy.mitras.offerColumns.kind}>
        <Kind search={search} />
      </Fact>
      <Fact name={copy.story.facts.duration}>{copy.minutes(search.duration_minutes)}</Fact>
      <Fact name={copy.story.facts.amount}>
        <span className="figure">{price(search.amount)}</span>
      </Fact>
      <Fact name={copy.story.facts.created}>
        <At value={search.created_at} as="second" /> {times.name}
      </Fact>
    </Facts>
  );
}

function offerColumns(why: string | null, onAsk: (mitra: string) => void): Column<Offer>[] {
  const after = (offer: Offer, at: string | null) =>
    at === null ? copy.nothing : duration((Date.parse(at) - Date.parse(offer.sent_at)) / 1000);
  return [
    { key: "offer", head: copy.board.mitras, cell: (offer) => <OfferBadge offer={offer} /> },
    {
      key: "seen",
      head: copy.offerSeen,
      number: true,
      cell: (offer) => <span className="soft">{after(offer, offer.seen_at)}</span>,
    },
    {
      key: "closed",
      head: copy.mitras.offerColumns.answer,
      number: true,
      cell: (offer) => <span className="soft">{after(offer, offer.closed_at)}</span>,
    },
    {
      key: "why",
      head: <span className="visually-hidden">{copy.board.why}</span>,
      small: true,
      cell: (offer) => (
        <Button
          kind="quiet"
          size="small"
          aria-label={copy.board.whyOf(offer.mitra_name)}
          aria-pressed={why === offer.mitra_id}
          onClick={() => onAsk(offer.mitra_id)}
        >
          {copy.board.why}
        </Button>
      ),
    },
  ];
}

const MOST = 8;
const SHORTEST = 3;

function MitraPicker({ onPick }: { onPick: (id: string) => void }) {
  const [search, setSearch] = useState("");
  const wanted = search.length >= SHORTEST;
  const { data } = useQuery({
    queryKey: ["mitras", "find", search],
    queryFn: ({ signal }) => api.get("/internal/mitras", { query: { search, limit: MOST }, signal }),
    enabled: wanted,
  });
  return (
    <div className="picker">
      <SearchField label={copy.board.whySearch} value={search} shortcut={false} onSearch={setSearch} />
      {wanted && data && (
        <ul className="plain-list picker-found" aria-label={copy.board.mitras}>
          {data.rows.length === 0 && <li className="soft">{copy.board.noneFound}</li>}
          {data.rows.map(({ id, display_name, presence }) => (
            <li key={id}>
              <button
                type="button"
                className="menu-item"
                onClick={() => {
                  setSearch("");
                  onPick(id);
                }}
              >
                {display_name} <small>{copy.presence[presence]}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Explanation({ request, mitra }: { request: string; mitra: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const times = useTimes();
  const { data, error, refetch } = useQuery({
    queryKey: ["searches", "why", request, mitra],
    queryFn: ({ signal }) =>
      api.get("/internal/searches/{request_id}/mitras/{mitra_id}", {
        path: { request_id: request, mitra_id: mitra },
        signal,
      }),
  });
  const found = data !== undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another mitra's answer is read aloud too
  useEffect(() => {
    if (found) heading.current?.focus();
  }, [found, mitra]);

  if (error) return <Problem error={error} onRetry={refetch} />;
  if (!data) return <Loading compact />;
  return (
    <div className="why">
      <h4 ref={heading} tabIndex={-1}>
        <QuestionIcon /> {copy.board.whyTitle(data.mitra_name)}
      </h4>
      <ol className="timeline">
        {data.facts.map((fact, at) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: facts are told in order and never change places
            key={at}
            className={fact.code === "offered" ? "timeline-good" : NO.has(fact.code) ? "timeline-bad" : ""}
          >
            <span className="timeline-when">
              {fact.at ? <At value={fact.at} as="second" /> : copy.nothing}
            </span>
            <p className="timeline-what">{copy.facts[fact.code](fact.detail)}</p>
          </li>
        ))}
      </ol>
      <p className="soft small">
        {copy.zone.label}: {times.name}
      </p>
    </div>
  );
}

const NO: ReadonlySet<string> = new Set(["not_to_be_had", "for_another_mitra", "not_in_reach", "had_chats"]);
