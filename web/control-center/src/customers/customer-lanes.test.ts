import { describe, expect, it } from "vitest";
import type { CustomerDay } from "../shapes";
import { Times } from "../time/times";
import { customerLanes } from "./customer-lanes";

const event = (id: number, at: string, type: string, more: object = {}) => ({
  id,
  at: `2026-11-24T${at}Z`,
  type,
  payment_session_id: "payment",
  entity: "",
  entity_id: null,
  from_status: null,
  to_status: null,
  mitra_ids: ["m"],
  actor: "system",
  request_id: null,
  body: {},
  ...more,
});

const day = (...events: object[]) =>
  ({
    day: "2026-11-24",
    since: "2026-11-23T17:00:00Z",
    until: "2026-11-24T17:00:00Z",
    people: { m: "Sari" },
    events,
  }) as CustomerDay;

const times = new Times("Asia/Jakarta");
const late = Date.parse("2026-11-24T18:00:00Z");

describe("a customer's day", () => {
  it("has searches and chats from their beginning to their end", () => {
    const [, searches, chats] = customerLanes(
      day(
        event(1, "01:00:00", "CHAT_REQUEST_STARTED"),
        event(2, "01:00:20", "PAIRED"),
        event(3, "01:30:00", "CHAT_ENDED", { body: { end_reason: "time_up" } }),
      ),
      times,
      late,
    );
    expect(searches?.items[0]).toMatchObject({ from: Date.parse("2026-11-24T01:00:00Z"), tone: "search" });
    expect(searches?.items[0]?.label).toContain("Berpasangan dengan Sari");
    expect(chats?.items[0]).toMatchObject({ to: Date.parse("2026-11-24T01:30:00Z") });
  });

  it("lets a chat of the day before begin with the day, and one that runs end now", () => {
    const [, , ended] = customerLanes(
      day(event(1, "00:10:00", "CHAT_ENDED", { body: { end_reason: "time_up" } })),
      times,
      late,
    );
    expect(ended?.items[0]?.from).toBe(Date.parse("2026-11-23T17:00:00Z"));
    const now = Date.parse("2026-11-24T02:00:00Z");
    const [, , running] = customerLanes(day(event(1, "01:00:00", "PAIRED")), times, now);
    expect(running?.items[0]?.to).toBe(now);
  });
});
