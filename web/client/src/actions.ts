import { isPassing, type PaymentSession, Refused, stored } from "@curhat/kit";
import type { components } from "@curhat/kit/public";
import { api, belongings, insist, live, queries } from "./service";
import { type Failure, withDecision, withExtension, withFailure, withPayment, withSearch } from "./state";

/** What a customer does. Each action has an idempotency key until it is decided, so a retry is safe. */

export type Tier = components["schemas"]["Tier"];

/** Choose a duration: makes a payment to be confirmed. */
export async function choose(tier: Tier, mitraId: string | null): Promise<PaymentSession> {
  const { epoch } = live;
  const body = { duration_minutes: tier.duration_minutes, tier_id: tier.id, targeted_mitra_id: mitraId };
  const payment = await insist(`choose:${tier.id}:${mitraId}`, (key) =>
    api.post("/api/client/payment-sessions", { body, key }),
  );
  live.apply(epoch, (state) => withPayment(state, payment));
  return payment;
}

export async function confirm(paymentId: string): Promise<PaymentSession> {
  const { epoch } = live;
  const path = { payment_session_id: paymentId };
  const payment = await insist(`confirm:${paymentId}`, (key) =>
    api.post("/api/client/payment-sessions/{payment_session_id}/confirm", { path, key }),
  ).catch(async (error: unknown) => {
    // The payment may have expired: with its new state, the next try makes another one.
    if (!isPassing(error)) await know(paymentId).catch(() => undefined);
    throw error;
  });
  live.apply(epoch, (state) => withPayment(state, payment));
  void queries.invalidateQueries({ queryKey: ["pricing"] });
  return payment;
}

/** Fetch the state of a payment. */
async function know(paymentId: string): Promise<void> {
  const { epoch } = live;
  const path = { payment_session_id: paymentId };
  const payment = await api.get("/api/client/payment-sessions/{payment_session_id}", { path });
  live.apply(epoch, (state) => withPayment(state, payment));
}

/** Cancel an unconfirmed payment. Best effort: it expires anyway. */
export function abandon(paymentId: string): void {
  const { epoch } = live;
  api
    .post("/api/client/payment-sessions/{payment_session_id}/cancel", {
      path: { payment_session_id: paymentId },
      keepalive: true,
    })
    .then((payment) => live.apply(epoch, (state) => withPayment(state, payment)))
    .catch(() => undefined);
}

/** Start a search with a confirmed payment, for its mitra or for any. */
export async function startSearch(paymentId: string, mitraId: string | null): Promise<void> {
  const { epoch } = live;
  const search = await insist(`search:${paymentId}`, (key) =>
    mitraId === null
      ? api.post("/api/client/chat-requests", { body: { payment_session_id: paymentId }, key })
      : api.post("/api/client/chat-requests/returning", {
          body: { payment_session_id: paymentId, mitra_id: mitraId },
          key,
        }),
  ).catch(recordedFailure);
  live.apply(epoch, (state) =>
    "failure_id" in search ? withFailure(state, search) : withSearch(state, search),
  );
}

/** Start a search with an earlier payment, for its mitra if it has one. */
export async function searchWithEarlier(paymentId: string): Promise<void> {
  const path = { payment_session_id: paymentId };
  const payment = await api.get("/api/client/payment-sessions/{payment_session_id}", { path });
  await startSearch(paymentId, payment.targeted_mitra_id);
}

/** The customer has read the decision about their money. */
export async function seeDecision(paymentId: string): Promise<void> {
  const { epoch } = live;
  const money = await insist(`seen:${paymentId}`, () =>
    api.post("/api/client/payment-sessions/{payment_session_id}/seen", {
      path: { payment_session_id: paymentId },
    }),
  );
  live.apply(epoch, (state) => withDecision(state, money));
}

/** "Chat dengan bestie lain": the same payment, any bestie. */
export async function askAnother(paymentId: string): Promise<void> {
  const { epoch } = live;
  const search = await insist(`another:${paymentId}`, (key) =>
    api.post("/api/client/chat-requests/{payment_session_id}/fallback-to-blast", {
      path: { payment_session_id: paymentId },
      key,
    }),
  );
  live.apply(epoch, (state) => withSearch(state, search));
}

/** Cancel a search, or a confirmed payment before its search. The failure comes by the socket. */
export async function cancelSearch(paymentId: string): Promise<void> {
  await insist(`cancel:${paymentId}`, () =>
    api.post("/api/client/chat-requests/cancel", { body: { payment_session_id: paymentId } }),
  );
}

/** Ask for more minutes in a running chat. Nothing is charged before the answer; a retry uses the same payment. */
export async function extend(chatId: string, tier: Tier): Promise<void> {
  const { epoch } = live;
  const place = belongings.place(`extending.${chatId}.${tier.id}`);
  try {
    const paymentId = stored.getItem(place) ?? (await chooseExtension(chatId, tier));
    stored.setItem(place, paymentId);
    await confirm(paymentId);
    const extension = await insist(`extend:${paymentId}`, (key) =>
      api.post("/api/client/chat-sessions/{chat_session_id}/extensions", {
        path: { chat_session_id: chatId },
        body: { extension_payment_session_id: paymentId },
        key,
      }),
    );
    stored.removeItem(place);
    live.apply(epoch, (state) => withExtension(state, extension));
  } catch (error) {
    if (!isPassing(error)) stored.removeItem(place);
    throw error;
  }
}

async function chooseExtension(chatId: string, tier: Tier): Promise<string> {
  const body = { duration_minutes: tier.duration_minutes, tier_id: tier.id, is_extension: true };
  const payment = await insist(`choose-extension:${chatId}:${tier.id}`, (key) =>
    api.post("/api/client/payment-sessions", { body, key }),
  );
  return payment.id;
}

export async function endChat(chatId: string): Promise<void> {
  await insist(`end:${chatId}`, () =>
    api.post("/api/client/chat-sessions/{chat_session_id}/end", { path: { chat_session_id: chatId } }),
  );
}

/** A recorded failure is a result, although its status is 409. */
function recordedFailure(error: unknown): Failure {
  if (error instanceof Refused && typeof error.body === "object" && error.body !== null) {
    if ("failure_id" in error.body) return error.body as Failure;
  }
  throw error;
}
