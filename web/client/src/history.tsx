import { Avatar, Button, dayName, Title, TopBar, timeOfDay, useServerClock } from "@curhat/kit";
import type { components } from "@curhat/kit/public";
import { infiniteQueryOptions, queryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";
import { copy } from "./copy";
import { api } from "./service";
import type { State } from "./state";
import "./history.css";

type Row = components["schemas"]["CustomersChat"];

const PAGE = 20;

const pages = infiniteQueryOptions({
  queryKey: ["history"],
  queryFn: ({ pageParam, signal }) =>
    api.get("/api/client/chat-sessions", {
      query: { limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) },
      signal,
    }),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
  staleTime: 0,
});

/** The newest chats. */
export const firstPage = queryOptions({
  queryKey: ["newest-chats"],
  queryFn: ({ signal }) => api.get("/api/client/chat-sessions", { query: { limit: 100 }, signal }),
  staleTime: 0,
});

/** All chats, newest first. */
export function History({ state }: { state: State }) {
  const { data, isError, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } =
    useInfiniteQuery(pages);
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <main className="screen">
      <TopBar label={copy.back} />
      <Title page={copy.history.page}>{copy.history.title}</Title>
      {isPending && (
        <p className="lead" role="status">
          {copy.history.loading}
        </p>
      )}
      {data && rows.length === 0 && (
        <div className="history-empty">
          <p>
            <strong>{copy.history.empty}</strong>
          </p>
          <p>{copy.history.emptyText}</p>
        </div>
      )}
      {rows.length > 0 && (
        <ul className="history">
          {rows.map((row) => (
            <Entry key={row.id} row={row} running={state.chats.some(({ id }) => id === row.id)} />
          ))}
        </ul>
      )}
      {isError && (
        <>
          <p className="wrong" role="alert">
            {copy.history.failed}
          </p>
          <Button kind="secondary" onClick={() => void refetch()}>
            {copy.retry}
          </Button>
        </>
      )}
      {hasNextPage && !isError && (
        <Button kind="secondary" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {copy.history.more}
        </Button>
      )}
    </main>
  );
}

function Entry({ row, running }: { row: Row; running: boolean }) {
  const clock = useServerClock();
  const [, navigate] = useLocation();
  const name = row.mitra.display_name;
  const day = dayName(row.started_at, clock.now());
  return (
    <li className="entry">
      <Link href={`/chat/${row.id}`} className="entry-link">
        <Avatar name={name} />
        <span className="entry-text">
          <strong>{name}</strong>
          <small>
            {day}, {timeOfDay(row.started_at)}
          </small>
          <small>{copy.minutes(row.duration_minutes)}</small>
          {running && <small className="entry-running">{copy.history.running}</small>}
          {!running && !row.can_chat_again && <small>{copy.history.away}</small>}
        </span>
      </Link>
      <Button
        kind="secondary"
        size="small"
        aria-label={copy.history.againWith(name)}
        onClick={() => navigate(`/payment?targetedMitraId=${row.mitra.id}`)}
      >
        {copy.history.again}
      </Button>
    </li>
  );
}
