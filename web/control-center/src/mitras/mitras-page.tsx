import { classNames } from "@curhat/kit";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { useAddress, wholeNumber } from "../address/use-address";
import { copy } from "../copy";
import { personColumns } from "../people/person-page";
import { api } from "../service";
import type { Mitra, Presence } from "../shapes";
import { type Column, Table } from "../table/table";
import { At } from "../time/at";
import { useTimes } from "../time/use-times";
import { Choice } from "../ui/choice";
import { Page } from "../ui/page";
import { Pager, useReachedPage } from "../ui/pager";
import { Load, PresenceOf } from "../ui/presence";
import { SearchField } from "../ui/search-field";
import { Empty, Listed } from "../ui/states";
import "./mitras.css";

const ROWS = 50;
const PRESENCES = ["online", "unreachable", "offline"] as const;
type Shown = Presence | "all";

/** All mitras with presence and load; search by name or phone. */
export function MitrasPage() {
  const { params, change } = useAddress();
  const [, navigate] = useLocation();
  const times = useTimes();
  const presence = PRESENCES.find((one) => one === params.get("presence")) ?? null;
  const search = params.get("search") ?? "";
  const page = wholeNumber(params.get("page"), 1);
  const query = {
    limit: ROWS,
    offset: (page - 1) * ROWS,
    ...(presence && { presence }),
    ...(search && { search }),
  };
  const list = useQuery({
    queryKey: ["mitras", "list", query],
    queryFn: ({ signal }) => api.get("/internal/mitras", { query, signal }),
    placeholderData: keepPreviousData,
  });
  const goTo = (next: number, options?: { replace: boolean }) =>
    change({ page: next === 1 ? null : next }, options);
  useReachedPage(list.data, ROWS, goTo);
  return (
    <Page title={copy.mitras.title} lead={copy.mitras.lead}>
      <div className="people-tools">
        <PresenceChoice
          counts={list.data?.counts}
          value={presence ?? "all"}
          onChoose={(value) => change({ presence: value === "all" ? null : value, page: null })}
        />
        <SearchField
          label={copy.people.find}
          value={search}
          onSearch={(text) => change({ search: text || null, page: null }, { replace: true })}
        />
      </div>
      <Listed query={list} rows={list.data?.rows} empty={<Empty title={copy.people.noneFound} />}>
        {(rows) => (
          <div className={classNames(list.isPlaceholderData && "is-old")}>
            <Table
              caption={copy.mitras.title}
              rows={rows}
              rowKey={({ id }) => id}
              onRow={({ id }) => navigate(`/mitras/${id}`)}
              columns={columnsIn(times.name)}
            />
          </div>
        )}
      </Listed>
      {list.data && list.data.total > ROWS && (
        <Pager page={page} size={ROWS} total={list.data.total} onPage={goTo} />
      )}
    </Page>
  );
}

function PresenceChoice({
  counts,
  value,
  onChoose,
}: {
  counts: Record<Presence, number> | undefined;
  value: Shown;
  onChoose: (value: Shown) => void;
}) {
  const everybody = counts && counts.online + counts.unreachable + counts.offline;
  return (
    <Choice<Shown>
      label={copy.mitras.columns.presence}
      value={value}
      options={[
        {
          value: "all",
          label: copy.board.everyone,
          more: everybody !== undefined && copy.count(everybody),
        },
        ...PRESENCES.map((value) => ({
          value,
          label: copy.presence[value],
          more: counts && copy.count(counts[value]),
        })),
      ]}
      onChoose={onChoose}
    />
  );
}

function columnsIn(zone: string): Column<Mitra>[] {
  const words = copy.mitras.columns;
  return [
    ...personColumns("/mitras", words, "narrow"),
    {
      key: "presence",
      head: words.presence,
      cell: ({ presence }) => <PresenceOf presence={presence} />,
    },
    {
      key: "since",
      head: words.since(zone),
      from: "medium",
      cell: ({ status_changed_at }) => <At value={status_changed_at} />,
    },
    {
      key: "load",
      head: words.load,
      cell: ({ active_chats, capacity }) => <Load chats={active_chats} capacity={capacity} />,
    },
    {
      key: "offers",
      head: words.offers,
      number: true,
      from: "medium",
      cell: ({ open_offers }) => copy.count(open_offers),
    },
  ];
}
