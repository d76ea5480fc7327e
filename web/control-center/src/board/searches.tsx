import { CheckIcon, ClockIcon, CloseIcon, Countdown, classNames, useSecondsLeft } from "@curhat/kit";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { useAddress, wholeNumber } from "../address/use-address";
import { copy } from "../copy";
import { api } from "../service";
import type { Search } from "../shapes";
import { Badge } from "../ui/badge";
import { EyeIcon, MinusIcon } from "../ui/icons";
import { Person } from "../ui/person";
import { price } from "../words";
import { Column, ROWS } from "./column";

/** Running searches, the nearest deadline first. */
export function Searches({ open }: { open: string | undefined }) {
  const { params, change, at } = useAddress();
  const page = wholeNumber(params.get("searches"), 1);
  const list = useQuery({
    queryKey: ["searches", "list", page],
    queryFn: ({ signal }) =>
      api.get("/internal/searches", { query: { limit: ROWS, offset: (page - 1) * ROWS }, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <Column
      id="searches"
      title={copy.board.searches}
      list={list}
      empty={copy.board.noSearches}
      page={page}
      onPage={(next, options) => change({ searches: next === 1 ? null : next }, options)}
      row={(search) => <Row search={search} isOpen={search.id === open} href={at(`/live/${search.id}`)} />}
    />
  );
}

function Row({ search, isOpen, href }: { search: Search; isOpen: boolean; href: string }) {
  return (
    <article className={classNames("live-row", isOpen && "live-row-open")}>
      <div className="live-row-line">
        <Link href={href} className="live-row-name" aria-current={isOpen ? "true" : undefined}>
          {search.customer_name}
        </Link>
        <Left
          until={search.deadline_at}
          of={Date.parse(search.deadline_at) - Date.parse(search.created_at)}
        />
      </div>
      <div className="live-row-line small">
        <Kind search={search} />
        <span className="soft figure">
          {copy.minutes(search.duration_minutes)}, {price(search.amount)}
        </span>
      </div>
      <OfferCounts search={search} />
    </article>
  );
}

export function Kind({ search }: { search: Search }) {
  const kind = copy.searchKind[search.request_type];
  return search.request_type === "returning" && search.targeted_mitra_id ? (
    <span>
      <Badge tone="plum">{kind}</Badge>{" "}
      <Person kind="mitra" id={search.targeted_mitra_id} name={search.targeted_mitra_name ?? ""} />
    </span>
  ) : (
    <Badge tone="sky">{kind}</Badge>
  );
}

/** How many offers are open, seen and declined; by sign and word. */
export function OfferCounts({ search }: { search: Search }) {
  const { offered, seen, declined, withdrawn, auto_rejected } = search.offer_counts;
  const words = copy.board.offers;
  const asked = offered + declined + withdrawn + auto_rejected + search.offer_counts.accepted;
  if (asked === 0) return <p className="offer-counts offer-counts-none">{copy.board.nobodyAsked}</p>;
  return (
    <ul className="plain-list offer-counts">
      {offered > 0 && (
        <li>
          <ClockIcon /> {words.open(offered)}
        </li>
      )}
      {seen > 0 && (
        <li>
          <EyeIcon /> {words.seen(seen)}
        </li>
      )}
      {search.offer_counts.accepted > 0 && (
        <li>
          <CheckIcon /> {copy.offerStatus.accepted}
        </li>
      )}
      {declined > 0 && (
        <li className="offer-counts-no">
          <CloseIcon /> {words.declined(declined)}
        </li>
      )}
      {auto_rejected > 0 && (
        <li>
          <MinusIcon /> {words.silent(auto_rejected)}
        </li>
      )}
      {withdrawn > 0 && (
        <li>
          <MinusIcon /> {words.withdrawn(withdrawn)}
        </li>
      )}
    </ul>
  );
}

/** A countdown, and the same as a bar; `of`: the whole wait in milliseconds. */
export function Left({ until, of, hotBelow = 10 }: { until: string; of: number; hotBelow?: number }) {
  const left = useSecondsLeft(until) ?? 0;
  const share = of > 0 ? Math.min(1, (left * 1000) / of) : 0;
  return (
    <span className={classNames("left", left <= hotBelow && "left-hot")}>
      <Countdown until={until} />
      <span className="left-bar" aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </span>
    </span>
  );
}
