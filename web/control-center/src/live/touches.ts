import type { EventFrame } from "../shapes";

/** Lists that events change: the first part of each query key. */
export type Topic =
  | "now"
  | "searches"
  | "chats"
  | "mitras"
  | "failures"
  | "settings"
  | "dashboard"
  | "customers"
  | "operators";

/** The least milliseconds between two fetches. */
export const PACE: Record<Topic, number> = {
  now: 2_000,
  searches: 1_000,
  chats: 1_000,
  mitras: 1_500,
  failures: 1_000,
  settings: 500,
  dashboard: 60_000, // recomputed every five minutes
  customers: 10_000,
  operators: 1_000,
};

/** The lists that an event may have changed. */
const TOUCHED: Partial<Record<EventFrame["type"], readonly Topic[]>> = {
  CHAT_REQUEST_STARTED: ["searches", "now"],
  CHAT_REQUEST: ["searches", "mitras"],
  CHAT_REQUEST_SEEN: ["searches"],
  CHAT_REQUEST_CLOSED: ["searches", "mitras"],
  PAIRED: ["searches", "chats", "mitras", "now"],
  PAIRING_FAILED: ["searches", "failures", "now", "dashboard"],
  PAIRING_FAILURE_ACTIONED: ["failures", "now", "dashboard"],
  PAIRING_FAILURE_SUPERSEDED: ["failures", "now"],
  EXTENSION_FAILED: ["chats", "failures", "now"],
  EXTENSION_REQUESTED: ["chats", "now"],
  EXTENSION_APPROVED: ["chats", "now"],
  EXTENSION_REJECTED: ["chats", "now"],
  CHAT_EXTENDED: ["chats"],
  CHAT_ENDED: ["chats", "mitras", "now"],
  MITRA_STATUS: ["mitras", "chats", "now"],
  MITRA_CONNECTION: ["chats"],
  SERVICE_STAFFED: ["now"],
  SERVICE_UNSTAFFED: ["now"],
  CONFIG_CHANGED: ["settings", "mitras"],
  CUSTOMER_JOINED: ["customers"],
  MITRA_JOINED: ["mitras"],
  OPERATOR_CHANGED: ["operators"],
};

export function touched(type: EventFrame["type"]): readonly Topic[] {
  return TOUCHED[type] ?? [];
}

/** The people and payments whose pages an event may have changed. */
export function concerned(event: EventFrame): { people: string[]; payments: string[] } {
  if (event.type === "CHAT_MESSAGE" || event.type === "CHAT_READ") return { people: [], payments: [] };
  const payment = event.entity === "payment_session" ? event.entity_id : event.body["payment_session_id"];
  return {
    people: [...(event.customer_id === null ? [] : [event.customer_id]), ...event.mitra_ids],
    payments: typeof payment === "string" ? [payment] : [],
  };
}
