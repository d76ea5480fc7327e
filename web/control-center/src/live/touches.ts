import type { Frame } from "@curhat/kit";

/** An event as `/internal/ws` tells it. */
export interface EventFrame extends Frame {
  id: number;
  at: string;
  entity: string;
  entity_id: string | null;
  from_status: string | null;
  to_status: string | null;
  customer_id: string | null;
  mitra_ids: string[];
  actor: string;
  body: Record<string, unknown>;
}

/** What the screens show, as far as it changes by events: the first part of each query's key. */
export type Topic =
  | "now"
  | "searches"
  | "chats"
  | "mitras"
  | "failures"
  | "settings"
  | "dashboard"
  | "customers";

/** At most one question in so many milliseconds, whatever comes. */
export const PACE: Record<Topic, number> = {
  now: 2_000,
  searches: 1_000,
  chats: 1_000,
  mitras: 1_500,
  failures: 1_000,
  settings: 500,
  dashboard: 60_000, // its figures are computed every five minutes
  customers: 10_000,
};

const TOUCHED: Record<string, readonly Topic[]> = {
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
};

/** The lists that an event may have changed. What is not here changes nothing that is listed. */
export function touched(type: string): readonly Topic[] {
  return TOUCHED[type] ?? [];
}

const OF_PAYMENTS = new Set(["PAYMENT_SESSION", "PAIRED", "PAIRING_FAILED", "CHAT_ENDED", "CHAT_EXTENDED"]);

/** The people and payments whose own pages an event may have changed. */
export function concerned(event: EventFrame): { people: string[]; payments: string[] } {
  if (event.type === "CHAT_MESSAGE" || event.type === "CHAT_READ") return { people: [], payments: [] };
  const customer = OF_PAYMENTS.has(event.type) || event.type in TOUCHED ? event.customer_id : null;
  const payment = event.entity === "payment_session" ? event.entity_id : event.body["payment_session_id"];
  return {
    people: [...(customer === null ? [] : [customer]), ...event.mitra_ids],
    payments: typeof payment === "string" ? [payment] : [],
  };
}
