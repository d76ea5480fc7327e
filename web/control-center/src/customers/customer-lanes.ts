import type { Lane, LaneItem } from "../charts/lanes";
import { copy } from "../copy";
import { byTime } from "../mitras/mitra-lanes";
import type { CustomerDay, Happened } from "../shapes";
import { sentenceOfEvent } from "../story/sentences";
import type { Times } from "../time/times";

const SEARCH_ENDS = new Set(["PAIRED", "PAIRING_FAILED"]);
const PAYMENTS = new Set(["confirmed", "abandoned", "expired"]);

/** A customer's day in lanes: payments, searches, chats, failures. */
export function customerLanes(day: CustomerDay, times: Times, now: number): Lane[] {
  const from = Date.parse(day.since);
  const until = Math.min(Date.parse(day.until), now);
  const moments = { payment: [] as LaneItem[], failure: [] as LaneItem[] };
  const spans = { search: [] as LaneItem[], chat: [] as LaneItem[] };
  const begun = { search: new Map<string, number>(), chat: new Map<string, number>() };

  const close = (kind: "search" | "chat", payment: string, end: number, event: Happened | null) => {
    const start = begun[kind].get(payment) ?? from;
    begun[kind].delete(payment);
    const tail = event ? `, ${sentenceOfEvent(event, day.people)}` : "";
    spans[kind].push({
      key: `${kind} ${payment} ${start}`,
      from: start,
      to: end,
      tone: kind,
      label: `${copy.customers.lanes[kind]}, ${times.second(start)}–${times.second(end)} ${times.name}${tail}`,
      href: `/payments/${payment}`,
    });
  };
  const mark = (lane: "payment" | "failure", tone: LaneItem["tone"], event: Happened) =>
    moments[lane].push({
      key: `${lane} ${event.id}`,
      from: Date.parse(event.at),
      tone,
      label: `${times.second(event.at)} ${times.name}: ${sentenceOfEvent(event, day.people)}`,
      href: `/payments/${event.payment_session_id}`,
    });

  for (const event of day.events as Happened[]) {
    const payment = event.payment_session_id;
    const at = Date.parse(event.at);
    if (event.type === "CHAT_REQUEST_STARTED") begun.search.set(payment, at);
    if (SEARCH_ENDS.has(event.type) && begun.search.has(payment)) close("search", payment, at, event);
    if (event.type === "PAIRED") begun.chat.set(payment, at);
    if (event.type === "CHAT_ENDED") close("chat", payment, at, event);
    if (event.type === "PAIRING_FAILED" || event.type === "EXTENSION_FAILED") mark("failure", "bad", event);
    if (event.type === "PAIRING_FAILURE_ACTIONED") mark("failure", "act", event);
    if (event.type === "PAYMENT_SESSION" && PAYMENTS.has(event.to_status ?? "")) {
      mark("payment", event.to_status === "expired" ? "bad" : "money", event);
    }
  }
  for (const kind of ["search", "chat"] as const) {
    for (const payment of [...begun[kind].keys()]) close(kind, payment, until, null);
  }
  const { lanes } = copy.customers;
  return [
    { key: "payment", name: lanes.payment, items: byTime(moments.payment) },
    { key: "search", name: lanes.search, items: byTime(spans.search) },
    { key: "chat", name: lanes.chat, items: byTime(spans.chat) },
    { key: "failure", name: lanes.failure, items: byTime(moments.failure) },
  ];
}
