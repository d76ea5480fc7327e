import { Card, shownPhone } from "@curhat/kit";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { copy } from "../copy";
import { queries } from "../service";
import { type Column, Table } from "../table/table";
import { longDay } from "../time/days";
import { DayPicker, useDay } from "../ui/day-picker";
import { More, useEndless } from "../ui/endless";
import { Page } from "../ui/page";
import { Listed, Loaded } from "../ui/states";

/** The page of a customer or a mitra. Its reply contains today. `title`: shown while it loads. */
export function PersonPage<Found extends { day: { day: string } }>({
  id,
  title,
  fetch,
  children,
}: {
  id: string;
  title: string;
  fetch: (signal: AbortSignal) => Promise<Found>;
  children: (found: Found) => ReactNode;
}) {
  const query = useQuery({
    queryKey: ["person", id, "page"],
    queryFn: async ({ signal }) => {
      const page = await fetch(signal);
      queries.setQueryData(["person", id, "day", page.day.day], page.day);
      return page;
    },
  });
  if (query.data) return children(query.data);
  return (
    <Page title={title}>
      <Loaded query={query}>{children}</Loaded>
    </Page>
  );
}

/** What a person did on the day that the address names. */
export function PersonDay<Day>({
  id,
  title,
  fetch,
  children,
}: {
  id: string;
  title: string;
  fetch: (day: string, signal: AbortSignal) => Promise<Day>;
  children: (found: Day, name: string) => ReactNode;
}) {
  const { day } = useDay();
  const query = useQuery({
    queryKey: ["person", id, "day", day],
    queryFn: ({ signal }) => fetch(day, signal),
  });
  return (
    <Card aria-labelledby="day" className="person-day">
      <div className="section-head">
        <h2 id="day">
          {title} <span className="soft">{longDay(day)}</span>
        </h2>
        <DayPicker />
      </div>
      <Loaded query={query}>{(found) => children(found, longDay(day))}</Loaded>
    </Card>
  );
}

const ROWS = 20;

/** All payments or chats of a person, newest first. */
export function PersonHistory<Row>({
  id,
  fetch,
  rowKey,
  columns,
}: {
  id: string;
  fetch: (
    query: { limit: number; cursor?: string },
    signal: AbortSignal,
  ) => Promise<{ rows: Row[]; next: string | null }>;
  rowKey: (row: Row) => string;
  columns: readonly Column<Row>[];
}) {
  const { list, rows } = useEndless(["person", id, "history"], (from, signal) =>
    fetch({ limit: ROWS, ...from }, signal),
  );
  return (
    <section aria-labelledby="history" className="page-list">
      <h2 id="history">{copy.people.history}</h2>
      <Listed query={list} rows={rows} empty={<p className="soft">{copy.people.noHistory}</p>}>
        {(rows) => <Table caption={copy.people.history} rows={rows} rowKey={rowKey} columns={columns} />}
      </Listed>
      <More of={list} />
    </section>
  );
}

/** Name and phone; the name links to the person's page below `path`. */
export function personColumns(
  path: string,
  words: { name: string; phone: string },
  from?: "narrow",
): Column<{ id: string; display_name: string; phone: string }>[] {
  const link = (id: string, name: string) => (
    <Link href={`${path}/${id}`} className="row-time">
      {name}
    </Link>
  );
  return [
    { key: "name", named: true, head: words.name, cell: ({ id, display_name }) => link(id, display_name) },
    {
      key: "phone",
      head: words.phone,
      ...(from && { from }),
      cell: ({ phone }) => <span className="figure">{shownPhone(phone)}</span>,
    },
  ];
}
