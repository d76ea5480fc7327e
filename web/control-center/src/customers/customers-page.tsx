import { Button, shownPhone } from "@curhat/kit";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";
import { useAddress } from "../address/use-address";
import { copy } from "../copy";
import { api } from "../service";
import { Table } from "../table/table";
import { At } from "../time/at";
import { useTimes } from "../time/use-times";
import { Page } from "../ui/page";
import { SearchField } from "../ui/search-field";
import { Empty, Loading, Problem } from "../ui/states";

const ROWS = 50;

/** Customers: the newest, or whom a search finds. */
export function CustomersPage() {
  const { params, change } = useAddress();
  const [, navigate] = useLocation();
  const times = useTimes();
  const search = params.get("search") ?? "";
  const list = useInfiniteQuery({
    queryKey: ["customers", search],
    queryFn: ({ signal, pageParam }) =>
      api.get("/internal/users", {
        query: { limit: ROWS, ...(search && { search }), ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: (before) => before,
  });
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  const words = copy.customers.columns;
  return (
    <Page title={copy.customers.title} lead={copy.customers.lead}>
      <div className="people-tools">
        <SearchField
          label={copy.people.find}
          value={search}
          onSearch={(text) => change({ search: text || null }, { replace: true })}
        />
        {list.data?.pages.some(({ more }) => more) && search !== "" && (
          <span className="soft">{copy.people.more}</span>
        )}
      </div>
      {list.error ? (
        <Problem error={list.error} onRetry={list.refetch} />
      ) : list.data === undefined ? (
        <Loading />
      ) : rows.length === 0 ? (
        <Empty title={copy.people.noneFound} />
      ) : (
        <Table
          caption={copy.customers.title}
          rows={rows}
          rowKey={({ id }) => id}
          onRow={({ id }) => navigate(`/customers/${id}`)}
          columns={[
            {
              key: "name",
              named: true,
              head: words.name,
              cell: ({ id, display_name }) => (
                <Link href={`/customers/${id}`} className="row-time">
                  {display_name}
                </Link>
              ),
            },
            {
              key: "phone",
              head: words.phone,
              cell: ({ phone }) => <span className="figure">{shownPhone(phone)}</span>,
            },
            {
              key: "joined",
              head: words.joined(times.name),
              from: "narrow",
              cell: ({ created_at }) => <At value={created_at} />,
            },
          ]}
        />
      )}
      {list.hasNextPage && (
        <Button kind="quiet" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {copy.more}
        </Button>
      )}
    </Page>
  );
}
