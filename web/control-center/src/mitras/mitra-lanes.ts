import type { Lane, LaneItem } from "../charts/lanes";
import { copy } from "../copy";
import type { MitraDay } from "../shapes";
import type { Times } from "../time/times";

const TONES = { online: "good", unreachable: "half", offline: "none" } as const;
const OFFER_TONES = {
  accepted: "good",
  declined: "bad",
  auto_rejected: "search",
  withdrawn: "none",
  offered: "chat",
} as const;

/** A mitra's day in lanes: presence, chats, offers. */
export function mitraLanes(day: MitraDay, times: Times, now: number): Lane[] {
  const span = (from: string, to: string) => `${times.time(from)}–${times.time(to)} ${times.name}`;
  const presence = day.presence.map(({ presence, started_at, ended_at, note }, at): LaneItem => {
    const word = copy.presence[presence];
    const why = note === null ? "" : `, “${note}”`;
    return {
      key: `presence ${at}`,
      from: Date.parse(started_at),
      to: Date.parse(ended_at),
      tone: TONES[presence],
      label: `${word}, ${span(started_at, ended_at)}${why}`,
      text: presence === "online" ? word : "",
    };
  });
  const chats = day.chats.map((chat): LaneItem => {
    const end = chat.ended_at ?? new Date(Math.min(now, Date.parse(chat.ends_at))).toISOString();
    const how = chat.end_reason === null ? copy.mitras.running : copy.endReason[chat.end_reason];
    return {
      key: `chat ${chat.id}`,
      from: Date.parse(chat.started_at),
      to: Date.parse(end),
      tone: "chat",
      label: `${copy.customers.chattingWith(chat.customer_name)}, ${span(chat.started_at, end)}, ${how}`,
      text: chat.customer_name,
      href: `/payments/${chat.payment_session_id}`,
    };
  });
  const offers = day.offers.map(
    (offer, at): LaneItem => ({
      key: `offer ${offer.request_id} ${at}`,
      from: Date.parse(offer.sent_at),
      tone: OFFER_TONES[offer.status],
      label: `${copy.searchKind[offer.request_type]} ${offer.customer_name}, ${times.second(offer.sent_at)} ${times.name}: ${copy.offerStatus[offer.status]}`,
      href: `/live/${offer.request_id}`,
    }),
  );
  const { lanes } = copy.mitras;
  return [
    { key: "presence", name: lanes.presence, items: byTime(presence) },
    { key: "chats", name: lanes.chats, items: byTime(chats) },
    { key: "offers", name: lanes.offers, items: byTime(offers) },
  ];
}

export function byTime(items: readonly LaneItem[]): LaneItem[] {
  return [...items].sort((one, other) => one.from - other.from);
}
