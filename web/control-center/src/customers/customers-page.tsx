import { useLocation } from "wouter";
import { useAddress } from "../address/use-address";
import { copy } from "../copy";
import { personColumns } from "../people/person-page";
import { api } from "../service";
import type { Customer } from "../shapes";
import { type Column, Table } from "../table/table";
import { At } from "../time/at";
import { useTimes } from "../time/use-times";
import { More, useEndless } from "../ui/endless";
import { Page } from "../ui/page";
import { SearchField } from "../ui/search-field";
import { Empty, Listed } from "../ui/states";

const ROWS = 50;

/** Customers, the newest first, or by search. */
export function CustomersPage() {
  const { params, change } = useAddress();
  const [, navigate] = useLocation();
  const times = useTimes();
  const search = params.get("search") ?? "";
  const { list, rows } = useEndless(
    ["customers", search],
    (from, signal) =>
      api.get("/internal/users", { query: { limit: ROWS, ...(search && { search }), ...from }, signal }),
    true,
  );
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
      <Listed query={list} rows={rows} empty={<Empty title={copy.people.noneFound} />}>
        {(found) => (
          <Table
            caption={copy.customers.title}
            rows={found}
            rowKey={({ id }) => id}
            onRow={({ id }) => navigate(`/customers/${id}`)}
            columns={columnsIn(times.name)}
          />
        )}
      </Listed>
      <More of={list} />
    </Page>
  );
}

function columnsIn(zone: string): Column<Customer>[] {
  const words = copy.customers.columns;
  return [
    ...personColumns("/customers", words),
    {
      key: "joined",
      head: words.joined(zone),
      from: "narrow",
      cell: ({ created_at }) => <At value={created_at} />,
    },
  ];
}
