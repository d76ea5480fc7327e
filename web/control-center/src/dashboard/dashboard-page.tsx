import { money } from "@curhat/kit";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useAddress } from "../address/use-address";
import { copy } from "../copy";
import { useNow } from "../live/use-now";
import { api } from "../service";
import type { Counters } from "../shapes";
import { At } from "../time/at";
import { useTimes } from "../time/use-times";
import { Choice } from "../ui/choice";
import { type Tile, Tiles } from "../ui/facts";
import { Page } from "../ui/page";
import { Loaded } from "../ui/states";
import "./dashboard.css";
import { FailuresFigure } from "./failures-figure";
import { FunnelFigure } from "./funnel-figure";
import { MoneyFigure } from "./money-figure";
import { PairingFigure } from "./pairing-figure";
import { SupplyFigure } from "./supply-figure";
import { Warnings } from "./warnings";

const RANGES = ["7", "30", "90", "365"] as const;
type Range = (typeof RANGES)[number];

/** The service recomputes the figures at this interval; no event announces it. */
const COMPUTED_EVERY_MS = 300_000;

/** The service now, and over the chosen days. */
export function DashboardPage() {
  const { params, change } = useAddress();
  const times = useTimes();
  const now = useNow();
  const range: Range = RANGES.find((one) => one === params.get("days")) ?? "30";
  const query = useQuery({
    queryKey: ["dashboard", range],
    queryFn: ({ signal }) => api.get("/internal/dashboard", { query: { days: Number(range) }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: COMPUTED_EVERY_MS,
  });
  const words = copy.dashboard;
  return (
    <Page
      title={words.title}
      lead={words.lead(Number(range))}
      actions={
        <Choice<Range>
          label={words.range}
          options={RANGES.map((value) => ({ value, label: words.days(Number(value)) }))}
          value={range}
          onChoose={(days) => change({ days: days === "30" ? null : days })}
        />
      }
    >
      {now && (
        <section aria-label={words.now}>
          <Tiles tiles={tilesOf(now.counters)} />
        </section>
      )}
      <Loaded query={query}>
        {(data) => (
          <>
            <div className="dashboard">
              <FailuresFigure days={data.days} />
              <FunnelFigure totals={data.totals} />
              <MoneyFigure days={data.days} totals={data.totals} />
              <PairingFigure days={data.days} />
              <SupplyFigure hours={data.hours} hoursOfDay={data.hours_of_day} />
              <Warnings alarms={now?.alarms ?? data.alarms} searching={now?.counters.searching ?? 0} />
            </div>
            <p className="soft small dashboard-computed">
              {data.computed_at ? (
                <>
                  {words.computed} <At value={data.computed_at} /> {times.name}.
                </>
              ) : (
                words.never
              )}
            </p>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function tilesOf(counters: Counters): Tile[] {
  const words = copy.board.counters;
  return [
    { name: words.searching, value: copy.count(counters.searching), href: "/live" },
    { name: words.chats, value: copy.count(counters.chats), href: "/live" },
    {
      name: words.online,
      value: copy.count(counters.mitras_online),
      href: "/live",
      hot: counters.mitras_online === 0 && counters.searching > 0,
    },
    { name: words.needs, value: copy.count(counters.needs_action), href: "/failed-pairings" },
    { name: words.due, value: money(counters.due_back), href: "/failed-pairings" },
  ];
}
