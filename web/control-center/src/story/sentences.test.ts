import { describe, expect, it } from "vitest";
import type { Happened } from "../shapes";
import { actorOf, sentenceOfEvent } from "./sentences";

const people = { m1: "Sari", m2: "Dewi", m3: "Ayu", m4: "Gita" };
const event = (more: Partial<Happened>): Happened => ({
  payment_session_id: "p",
  id: 1,
  at: "2026-11-24T08:00:00Z",
  type: "PAYMENT_SESSION",
  entity: "payment_session",
  entity_id: "p",
  from_status: null,
  to_status: null,
  mitra_ids: [],
  actor: "system",
  http_request_id: null,
  login: null,
  body: {},
  ...more,
});

describe("what happened, in a sentence", () => {
  it("tells a payment that is opened again from one that is confirmed", () => {
    expect(sentenceOfEvent(event({ from_status: "pending", to_status: "confirmed" }), people)).toBe(
      "Pembayaran dikonfirmasi",
    );
    expect(sentenceOfEvent(event({ from_status: "failed_pairing", to_status: "confirmed" }), people)).toBe(
      "Pembayaran dibuka lagi untuk bestie lain",
    );
  });

  it("names three mitras and counts the rest", () => {
    const offered = event({ type: "CHAT_REQUEST", mitra_ids: ["m1", "m2", "m3", "m4"] });
    expect(sentenceOfEvent(offered, people)).toBe("Ditawarkan ke Sari, Dewi, Ayu, +1");
  });

  it("says nothing of offers that nobody had", () => {
    const closed = event({ type: "CHAT_REQUEST_CLOSED", body: { reason: "withdrawn" } });
    expect(sentenceOfEvent(closed, people)).toBeNull();
    expect(sentenceOfEvent({ ...closed, mitra_ids: ["m1"] }, people)).toBe("Tawaran ke Sari ditarik");
  });

  it("says how long a search may take", () => {
    const began = event({
      type: "CHAT_REQUEST_STARTED",
      body: { request_type: "returning", deadline_at: "2026-11-24T08:00:20Z" },
    });
    expect(sentenceOfEvent(began, people)).toBe("Pencarian Curhat lagi dimulai, batas 20 detik");
  });

  it("gives a cause its name, and an action its note", () => {
    expect(
      sentenceOfEvent(
        event({ type: "PAIRING_FAILED", body: { cause_tag: "targeted_mitra_timeout" } }),
        people,
      ),
    ).toBe("Gagal: Bestie pilihan tidak menjawab");
    const actioned = event({ type: "PAIRING_FAILURE_ACTIONED", body: { action: "refunded", note: "TRX 9" } });
    expect(sentenceOfEvent(actioned, people)).toBe('Ditandai Refunded: "TRX 9"');
  });
});

describe("who did it", () => {
  it("is known by their kind, and a mitra by name", () => {
    expect(actorOf("mitra:m2", people)).toBe("Dewi");
    expect(actorOf("operator:oka@curhat.example", people)).toBe("Operator oka@curhat.example");
    expect(actorOf("deadline", people)).toBe("Batas waktu");
  });
});
