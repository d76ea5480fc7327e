import type { FrameOf } from "@curhat/kit";
import { expect, test } from "vitest";
import {
  type Chat,
  type Frame,
  model,
  type Offer,
  type State,
  withChat,
  withoutOffer,
  withSwitch,
} from "./state";

const AT = "2026-01-01T00:00:00Z";
const user = { id: "mitra", display_name: "Sari", phone: "+6281200000001" };
const customer = { id: "customer", display_name: "Budi" };
const request = {
  id: 10,
  at: AT,
  type: "CHAT_REQUEST",
  request_id: "request",
  request_type: "general",
  duration_minutes: 30,
  customer,
  deadline_at: "2026-01-01T00:01:00Z",
} satisfies FrameOf<"CHAT_REQUEST">;
const offer: Offer = {
  request_id: "request",
  request_type: "general",
  duration_minutes: 30,
  customer,
  sent_at: AT,
  seen_at: null,
  deadline_at: request.deadline_at,
};
const chat: Chat = {
  id: "chat",
  status: "active",
  payment_session_id: "payment",
  request_id: "request",
  customer,
  mitra: { id: "mitra", display_name: "Sari" },
  duration_minutes: 30,
  started_at: AT,
  ends_at: "2026-01-01T00:30:00Z",
  ended_at: null,
  end_reason: null,
  last_seq: 0,
  customer_read_seq: 0,
  mitra_read_seq: 0,
};
const asked = {
  id: 20,
  at: AT,
  type: "EXTENSION_REQUESTED",
  extension_id: "extension",
  chat_session_id: "chat",
  payment_session_id: "more",
  customer,
  duration_minutes: 15,
  status: "requested",
  requested_at: AT,
  deadline_at: "2026-01-01T00:00:10Z",
  default_action: "auto_approve",
} satisfies FrameOf<"EXTENSION_REQUESTED">;
const approved = {
  id: 21,
  at: AT,
  type: "EXTENSION_APPROVED",
  extension_id: "extension",
  chat_session_id: "chat",
  payment_session_id: "more",
  status: "auto_approved",
  auto: true,
} satisfies FrameOf<"EXTENSION_APPROVED">;
const ended = {
  id: 30,
  at: AT,
  type: "CHAT_ENDED",
  chat_session_id: "chat",
  end_reason: "ended_by_customer",
  last_seq: 4,
  ended_at: AT,
} satisfies FrameOf<"CHAT_ENDED">;
const closed = {
  id: 11,
  at: AT,
  type: "CHAT_REQUEST_CLOSED",
  request_id: "request",
  reason: "taken",
} satisfies FrameOf<"CHAT_REQUEST_CLOSED">;
const paired = {
  id: 12,
  at: AT,
  type: "PAIRED",
  payment_session_id: "payment",
  request_id: "request",
  chat_session: chat,
} satisfies FrameOf<"PAIRED">;

function begin(some: Partial<State> = {}): State {
  const snapshot = {
    type: "snapshot",
    server_time: AT,
    user,
    online: true,
    presence: "online",
    reachable_until: AT,
    offers: [],
    chats: [],
    extensions: [],
  } as unknown as Frame;
  return { ...model.snapshot(snapshot, null), ...some };
}

const after = (state: State, ...frames: Frame[]) => frames.reduce(model.event, state);

test("a snapshot replaces everything", () => {
  const before = after(begin({ offers: [offer] }), paired, asked);
  const fresh = { ...begin(), type: "snapshot" } as unknown as Frame;
  expect(model.snapshot(fresh, before)).toEqual(begin());
});

test("a request that comes is offered until it is closed", () => {
  const offered = after(begin(), request);
  expect(offered.offers).toEqual([offer]);
  expect(after(offered, closed).offers).toEqual([]);
});

test("a request whose closing came first is never offered", () => {
  expect(after(begin(), closed, request).offers).toEqual([]);
  expect(after(withoutOffer(begin(), "request"), request).offers).toEqual([]);
});

test("a request that is told twice is offered once", () => {
  expect(after(begin({ offers: [offer] }), request).offers).toEqual([offer]);
});

test("who is paired has the chat instead of the offer, whatever said so first", () => {
  const state = after(begin({ offers: [offer] }), paired);
  expect(state).toMatchObject({ offers: [], chats: [chat] });
  expect(withChat(state, chat).chats).toEqual([chat]);
  expect(after(withChat(begin(), chat), paired).chats).toEqual([chat]);
});

test("a chat that has ended does not come back by a late reply", () => {
  const over = after(begin({ chats: [chat] }), asked, ended);
  expect(over).toMatchObject({ chats: [], extensions: [] });
  expect(over.ended).toEqual([
    { ...chat, status: "ended", end_reason: "ended_by_customer", ended_at: AT, last_seq: 4 },
  ]);
  expect(withChat(over, chat).chats).toEqual([]);
});

test("an extension waits until it is answered, by the mitra or by the timer", () => {
  const waiting = after(begin({ chats: [chat] }), asked);
  expect(waiting.extensions).toMatchObject([{ id: "extension", default_action: "auto_approve" }]);
  const answered = after(waiting, approved);
  expect(answered).toMatchObject({ extensions: [], outcomes: { chat: approved } });
  expect(after(answered, asked).extensions).toEqual([]);
});

test("a chat's end only moves on", () => {
  const extended = {
    id: 22,
    at: AT,
    type: "CHAT_EXTENDED",
    chat_session_id: "chat",
    extension_id: "extension",
  };
  const to = (ends_at: string) =>
    ({ ...extended, duration_minutes: 15, ends_at }) as FrameOf<"CHAT_EXTENDED">;
  const state = after(begin({ chats: [chat] }), to("2026-01-01T00:45:00Z"), to("2026-01-01T00:40:00Z"));
  expect(state.chats[0]?.ends_at).toBe("2026-01-01T00:45:00Z");
});

test("the switch follows the newest word, and only about oneself", () => {
  const status = {
    id: 40,
    at: AT,
    type: "MITRA_STATUS",
    mitra_id: "mitra",
    online: true,
    by: "mitra",
  } as const;
  const state = after(
    begin(),
    { ...status, presence: "unreachable" },
    { ...status, id: 39, presence: "online" },
    { ...status, id: 41, mitra_id: "another", online: false, presence: "offline" },
  );
  expect(state).toMatchObject({ online: true, presence: "unreachable" });
});

test("who switches off is offered nothing any more", () => {
  expect(withSwitch(begin({ offers: [offer] }), { online: false })).toMatchObject({
    online: false,
    presence: "offline",
    offers: [],
  });
});

test("who was set offline learns by whom and why, until they are online again", () => {
  const status = { at: AT, type: "MITRA_STATUS", mitra_id: "mitra", by: "operator" } as const;
  const forced = after(begin({ online: true }), {
    ...status,
    id: 40,
    online: false,
    presence: "offline",
    note: "Istirahat dulu",
  });
  expect(forced.forcedOffline).toEqual({ by: "operator", note: "Istirahat dulu" });
  expect(withSwitch(forced, { online: true }).forcedOffline).toBeNull();
});
