import { describe, expect, it } from "vitest";
import type { EventFrame } from "../shapes";
import { concerned, touched } from "./touches";

const event = (more: Partial<EventFrame>): EventFrame => ({
  type: "PAIRED",
  id: 1,
  at: "2026-11-24T08:00:00Z",
  entity: "pairing_request",
  entity_id: "request",
  from_status: "searching",
  to_status: "matched",
  customer_id: "customer",
  mitra_ids: ["mitra"],
  actor: "mitra:mitra",
  body: { payment_session_id: "payment" },
  ...more,
});

describe("what an event may have changed", () => {
  it("is every list that shows it", () => {
    expect(touched("PAIRED")).toEqual(["searches", "chats", "mitras", "now"]);
    expect(touched("PAIRING_FAILED")).toContain("failures");
    expect(touched("CONFIG_CHANGED")).toContain("settings");
  });

  it("is no list when a message was sent", () => {
    expect(touched("CHAT_MESSAGE")).toEqual([]);
    expect(concerned(event({ type: "CHAT_MESSAGE" }))).toEqual({ people: [], payments: [] });
  });

  it("is the pages of its people and its payment", () => {
    expect(concerned(event({}))).toEqual({ people: ["customer", "mitra"], payments: ["payment"] });
    const own = event({ type: "PAYMENT_SESSION", entity: "payment_session", entity_id: "own", body: {} });
    expect(concerned(own).payments).toEqual(["own"]);
  });
});
