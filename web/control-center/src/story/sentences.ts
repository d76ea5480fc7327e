import { copy } from "../copy";
import type { CauseTag, Happened, PastChat, Search } from "../shapes";

type People = Readonly<Record<string, string>>;

const MOST_NAMES = 3;

/** An event in a sentence; null when another event at the same time says it. */
export function sentenceOfEvent(event: Happened, people: People): string | null {
  const { body } = event;
  const names = namesOf(event.mitra_ids, people);
  const words = copy.events;
  switch (event.type) {
    case "PAYMENT_SESSION":
      return words.payment[paymentStep(event)] ?? event.type;
    case "CHAT_REQUEST_STARTED":
      return words.searchBegan(kindOf(body["request_type"]), secondsUntil(event.at, body["deadline_at"]));
    case "CHAT_REQUEST":
      return words.offered(names);
    case "CHAT_REQUEST_SEEN":
      return words.seen(nameOf(String(body["mitra_id"]), people));
    case "CHAT_REQUEST_CLOSED":
      if (event.mitra_ids.length === 0) return null; // it had no offers
      return (words.closed[String(body["reason"])] ?? words.closed["withdrawn"])?.(names) ?? null;
    case "PAIRED":
      return words.paired(names);
    case "PAIRING_FAILED":
    case "EXTENSION_FAILED":
      return words.failed(causeOf(body["cause_tag"]));
    case "PAIRING_FAILURE_ACTIONED":
      return withNote(words.actioned(actionOf(body["action"])), body["note"]);
    case "PAIRING_FAILURE_SUPERSEDED":
      return words.superseded;
    case "RETURNING_CHAT_TIMEOUT":
      return words.returningTimeout(mitraOf(body, names));
    case "RETURNING_CHAT_REJECTED":
      return words.returningRejected(mitraOf(body, names));
    case "CHAT_ENDING_SOON":
      return words.endingSoon(Number(body["seconds_left"]));
    case "CHAT_EXTENDED":
      return words.extended(Number(body["duration_minutes"]));
    case "CHAT_ENDED":
      return words.ended(copy.endReason[body["end_reason"] as NonNullable<PastChat["end_reason"]>]);
    case "EXTENSION_REQUESTED":
      return words.extensionRequested(Number(body["duration_minutes"]));
    case "EXTENSION_APPROVED":
      return words.extensionApproved(body["auto"] === true);
    case "EXTENSION_REJECTED":
      return words.extensionRejected(causeOf(body["cause_tag"]));
    case "MITRA_CONNECTION":
      return words.connection[String(body["connection"])]?.(mitraOf(body, names)) ?? event.type;
    default:
      return event.type;
  }
}

/** The actor of an event, in words. */
export function actorOf(actor: string, people: People): string {
  const [kind, who = ""] = split(actor);
  switch (kind) {
    case "customer":
      return copy.actors.customer;
    case "mitra":
      return people[who] ?? copy.actors.mitra;
    case "operator":
      return copy.actors.operator(who);
    case "deadline":
      return copy.actors.deadline;
    default:
      return copy.actors.system;
  }
}

/** The tone of the events that matter: good, bad, or to be checked. */
export function toneOfEvent({ type, to_status }: Happened): "good" | "bad" | "act" | "plain" {
  if (type === "PAIRED" || type === "EXTENSION_APPROVED") return "good";
  if (type === "PAIRING_FAILED" || type === "EXTENSION_FAILED") return "bad";
  if (type === "PAIRING_FAILURE_ACTIONED") return "act";
  if (type === "PAYMENT_SESSION" && (to_status === "expired" || to_status === "abandoned")) return "bad";
  return "plain";
}

function paymentStep({ from_status, to_status, body }: Happened): string {
  const status = to_status ?? String(body["status"]);
  return from_status === "failed_pairing" && status === "confirmed" ? "reopened" : status;
}

function nameOf(id: string, people: People): string {
  return people[id] ?? copy.events.aMitra;
}

function namesOf(ids: readonly string[], people: People): string {
  if (ids.length === 0) return copy.events.aMitra;
  const known = ids.slice(0, MOST_NAMES).map((id) => nameOf(id, people));
  const more = ids.length - known.length;
  return more > 0 ? `${known.join(", ")}, ${copy.and(more)}` : known.join(", ");
}

function mitraOf(body: Record<string, unknown>, otherwise: string): string {
  const mitra = body["mitra"] as { display_name?: string } | null | undefined;
  return mitra?.display_name ?? otherwise;
}

function kindOf(type: unknown): string {
  return copy.searchKind[type as Search["request_type"]] ?? String(type);
}

function causeOf(tag: unknown): string {
  return copy.causes[tag as CauseTag] ?? String(tag);
}

function actionOf(action: unknown): string {
  return copy.actioned[action as keyof typeof copy.actioned] ?? String(action);
}

function withNote(sentence: string, note: unknown): string {
  return typeof note === "string" && note !== "" ? `${sentence}: "${note}"` : sentence;
}

function secondsUntil(at: string, deadline: unknown): number | null {
  if (typeof deadline !== "string") return null;
  return Math.round((Date.parse(deadline) - Date.parse(at)) / 1000);
}

function split(actor: string): [string, string | undefined] {
  const colon = actor.indexOf(":");
  return colon < 0 ? [actor, undefined] : [actor.slice(0, colon), actor.slice(colon + 1)];
}
