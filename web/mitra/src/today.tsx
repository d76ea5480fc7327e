import { Button, last, timeOfDay, useServerClock } from "@curhat/kit";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { copy } from "./copy";
import { api, clock } from "./service";
import type { Chat } from "./state";

/** The chats since local midnight; refetched after events. */
const today = queryOptions({
  queryKey: ["today"],
  queryFn: async ({ signal }) => {
    const midnight = new Date(clock.now()).setHours(0, 0, 0, 0);
    const chats: Chat[] = [];
    let cursor: string | null = null;
    do {
      const page: { rows: Chat[]; next: string | null } = await api.get("/api/mitra/chat-sessions", {
        query: cursor === null ? {} : { cursor },
        signal,
      });
      chats.push(...page.rows);
      cursor = page.next;
    } while (cursor !== null && Date.parse(last(chats)?.started_at ?? "") >= midnight);
    return chats;
  },
});

export function Today() {
  const now = useServerClock().now();
  const { data, isError, refetch } = useQuery(today);
  const day = new Date(now).toDateString();
  const chats = (data ?? []).filter(
    ({ ended_at }) => ended_at !== null && new Date(ended_at).toDateString() === day,
  );
  return (
    <section className="side-part">
      <h2>{copy.home.today}</h2>
      {isError ? (
        <p className="hint">
          {copy.home.todayFailed}{" "}
          <Button kind="quiet" size="small" onClick={() => void refetch()}>
            {copy.retry}
          </Button>
        </p>
      ) : data === undefined ? (
        <p className="hint">{copy.home.todayLoading}</p>
      ) : chats.length === 0 ? (
        <p className="side-none">{copy.home.todayNone}</p>
      ) : (
        <>
          <p className="hint">{copy.home.todaySummary(chats.length, minutesOf(chats))}</p>
          <ul className="today">
            {chats.map(({ id, customer, started_at, ended_at }) => (
              <li key={id}>
                <Link href={`/chat/${id}`}>{customer.display_name}</Link>
                <span>
                  {timeOfDay(started_at)}–{timeOfDay(ended_at ?? started_at)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function minutesOf(chats: readonly Chat[]): number {
  const ms = chats.reduce(
    (sum, { started_at, ended_at }) => sum + Date.parse(ended_at ?? started_at) - Date.parse(started_at),
    0,
  );
  return Math.round(ms / 60_000);
}
