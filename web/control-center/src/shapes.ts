import type { Operation, ReplyOf } from "@curhat/kit";
import type { components, paths } from "@curhat/kit/internal";

/** The types of the OpenAPI document, by the names that the screens use. */
type Schemas = components["schemas"];

export type Now = Schemas["OperatorState"];
export type Counters = Schemas["Counters"];
export type Alarm = Schemas["Alarm"];
export type Role = Now["operator"]["role"];

export type Operator = ReplyOf<Operation<paths, "/internal/operators", "get">>["rows"][number];

export type Failure = Schemas["FailedPairing"];
export type Failures = Schemas["FailedPairings"];
export type CauseTag = Failure["cause_tag"];
export type Action = NonNullable<Failure["operator_action"]>;
export type Decided = Schemas["DecidedFailure"];
export type Decisions = Schemas["DecidedFailures"];

export type Story = Schemas["PaymentStory"];
export type Payment = Schemas["ShownPayment"];
export type PastChat = Schemas["PastChat"];
export type ToldChat = Story["chats"][number];
/** OpenAPI has no type for an event's body; docs/reference/events.md describes it. */
type WithBody<Event> = Omit<Event, "body"> & { body: Record<string, unknown> };
export type Happened = WithBody<Schemas["Event"]>;
/** An event of `/internal/ws`. */
export type EventFrame = WithBody<Schemas["EventToOperator"]>;

export type Search = Schemas["ShownSearch"];
export type Offer = Schemas["ShownOffer"];
export type Fact = Schemas["Fact"];
export type Chat = Schemas["LiveChat"];
export type Mitra = Schemas["ShownMitra"];
export type Presence = Mitra["presence"];

export type Setting = Schemas["Setting"];
export type SettingChange = Schemas["SettingChange"];

export type MitraPage = Schemas["MitraPage"];
export type MitraDay = Schemas["MitraDay"];
export type Customer = Schemas["Customer"];
export type CustomerPage = Schemas["CustomerPage"];
export type CustomerDay = Schemas["CustomerDay"];
export type Purchase = Schemas["Purchase"];

export type Dashboard = Schemas["Dashboard"];
export type DashboardDay = Schemas["DashboardDay"];

export const CAUSES: readonly CauseTag[] = [
  "no_mitra_available",
  "all_mitras_rejected",
  "targeted_mitra_offline",
  "targeted_mitra_rejected",
  "targeted_mitra_timeout",
  "payment_session_expired",
  "customer_cancelled",
];

export const ACTIONS: readonly Action[] = ["refunded", "credited", "no_action"];
