import { Refused } from "@curhat/kit";
import { api, clock, insist, live } from "./service";
import { withChat, withoutExtension, withoutOffer, withSeen, withSwitch } from "./state";

/** What a mitra does. Each call is idempotent. */

/** Refusals that say that a request or an extension is closed. */
const OVER = new Set([
  "request_already_taken",
  "request_cancelled",
  "request_expired",
  "request_withdrawn",
  "request_already_declined",
  "request_not_found",
  "offer_not_yours",
  "extension_expired",
  "extension_withdrawn",
  "extension_already_answered",
  "extension_not_found",
]);

export async function setOnline(online: boolean): Promise<void> {
  const { epoch } = live;
  const status = await insist(`online:${online}`, () => api.post("/api/mitra/status", { body: { online } }));
  live.apply(epoch, (state) => withSwitch(state, status));
}

export async function markSeen(requestId: string): Promise<void> {
  const { epoch } = live;
  await insist(`seen:${requestId}`, () =>
    api.post("/api/mitra/chat-requests/{request_id}/seen", { path: { request_id: requestId } }),
  );
  live.apply(epoch, (state) => withSeen(state, requestId, new Date(clock.now()).toISOString()));
}

/** Accept a request; returns the id of its chat. */
export async function accept(requestId: string): Promise<string> {
  const { epoch } = live;
  const { chat_session } = await insist(`accept:${requestId}`, () =>
    api.post("/api/mitra/chat-requests/{request_id}/accept", { path: { request_id: requestId } }),
  ).catch((error: unknown) =>
    leave(error, () => live.apply(epoch, (state) => withoutOffer(state, requestId))),
  );
  live.apply(epoch, (state) => withChat(withoutOffer(state, requestId), chat_session));
  return chat_session.id;
}

export async function decline(requestId: string): Promise<void> {
  const { epoch } = live;
  const away = () => live.apply(epoch, (state) => withoutOffer(state, requestId));
  await insist(`decline:${requestId}`, () =>
    api.post("/api/mitra/chat-requests/{request_id}/decline", { path: { request_id: requestId } }),
  ).catch((error: unknown) => leave(error, away));
  away();
}

export async function answer(extensionId: string, verdict: "approve" | "reject"): Promise<void> {
  const { epoch } = live;
  const away = () => live.apply(epoch, (state) => withoutExtension(state, extensionId));
  const path = { extension_id: extensionId };
  await insist(`${verdict}:${extensionId}`, () =>
    verdict === "approve"
      ? api.post("/api/mitra/extensions/{extension_id}/approve", { path })
      : api.post("/api/mitra/extensions/{extension_id}/reject", { path }),
  ).catch((error: unknown) => leave(error, away));
  away();
}

export async function endChat(chatId: string): Promise<void> {
  await insist(`end:${chatId}`, () =>
    api.post("/api/mitra/chat-sessions/{chat_session_id}/end", { path: { chat_session_id: chatId } }),
  );
}

/** Rethrows the error after removing what it says is over. */
function leave(error: unknown, away: () => void): never {
  if (error instanceof Refused && OVER.has(error.slug)) away();
  throw error;
}
