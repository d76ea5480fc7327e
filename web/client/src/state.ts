import {
  type Chat,
  type Chats,
  type Extension,
  type Failure,
  type FrameOf,
  type FrameToCustomer,
  inOrder,
  type Model,
  type Outcome,
  type PaymentSession,
  withEnd,
  withMoreTime,
} from "@curhat/kit";
import type { components } from "@curhat/kit/public";

export type { Chat, Failure, Outcome };

type Schemas = components["schemas"];

export type Search = Omit<Schemas["Search"], "seconds_left">;
export type Frame = FrameToCustomer;

/** Where the money of a payment is. Fields unknown of a payment made in another tab are missing. */
export type Money = Partial<Schemas["Money"]> &
  Pick<
    Schemas["Money"],
    "payment_session_id" | "is_extension" | "amount" | "status" | "status_at" | "expires_at"
  >;

export interface State extends Chats {
  /** The undecided payment of a chat. Fields unknown of a payment made in another tab are missing. */
  payment: (Partial<PaymentSession> & Pick<PaymentSession, "id" | "status" | "amount" | "expires_at">) | null;
  search: Search | null;
  failure: Failure | null;
  /** Money that is not settled, or whose decision was not read, oldest first. */
  money: Money[];
  /** Running chats whose mitra is unreachable. */
  lost: string[];
}

export const model: Model<State, Frame> = {
  snapshot(frame, before) {
    const snapshot = frame as FrameOf<"snapshot"> & Schemas["ClientState"];
    return {
      user: snapshot.user,
      payment: snapshot.payment_session,
      search: snapshot.search,
      failure: snapshot.last_failure,
      money: snapshot.money,
      chats: snapshot.chats,
      extensions: snapshot.extensions,
      ended: before?.ended ?? [],
      outcomes: {},
      lost: snapshot.lost_chats,
      newest: {},
      over: [],
    };
  },

  event(state, frame) {
    switch (frame.type) {
      case "PAYMENT_SESSION":
        return inOrder(
          frame.is_extension ? state : inOrder(state, frame.payment_session_id, frame, takePayment),
          `money:${frame.payment_session_id}`,
          frame,
          takePaid,
        );
      case "CHAT_REQUEST_STARTED":
        return inOrder(state, frame.request_id, frame, takeSearch);
      case "PAIRED":
        return inOrder(state, frame.request_id, frame, takePaired);
      case "PAIRING_FAILED":
        return inOrder(
          inOrder(state, frame.request_id ?? frame.payment_session_id, frame, takeFailed),
          `money:${frame.payment_session_id}`,
          frame,
          (before, event) => withMoney(before, event.payment_session_id, underReview(event)),
        );
      case "MONEY":
        return inOrder(state, `money:${frame.payment_session_id}`, frame, withDecision);
      case "CHAT_EXTENDED":
        return withMoreTime(state, frame);
      case "CHAT_ENDED":
        return takeEnded(state, frame);
      case "EXTENSION_REQUESTED":
        return inOrder(state, frame.extension_id, frame, (before) =>
          withExtension(before, { ...frame, id: frame.extension_id }),
        );
      case "EXTENSION_APPROVED":
      case "EXTENSION_REJECTED":
        return inOrder(state, frame.extension_id, frame, (before) => ({
          ...before,
          extensions: before.extensions.filter(({ id }) => id !== frame.extension_id),
          outcomes: { ...before.outcomes, [frame.chat_session_id]: frame },
        }));
      case "MITRA_CONNECTION":
        return inOrder(state, `lost:${frame.chat_session_id}`, frame, (before) => ({
          ...before,
          lost: [
            ...before.lost.filter((id) => id !== frame.chat_session_id),
            ...(frame.connection === "lost" ? [frame.chat_session_id] : []),
          ],
        }));
      default:
        return state;
    }
  },
};

/** A payment from a reply. */
export function withPayment(before: State, payment: PaymentSession): State {
  const isKnown = before.money.some((one) => one.payment_session_id === payment.id);
  const state =
    payment.status === "confirmed" && !isKnown && !isDecided(before, payment.id)
      ? withMoney(before, payment.id, waiting(payment))
      : before;
  if (payment.is_extension) return state;
  if (payment.status === "pending" || payment.status === "confirmed") {
    return isDecided(state, payment.id) ? state : { ...state, payment };
  }
  return state.payment?.id === payment.id ? { ...state, payment: null } : state;
}

/** A search from a reply, unless it has ended since. */
export function withSearch(state: State, search: Search): State {
  if (search.status !== "searching" || state.over.includes(search.id)) return state;
  return { ...state, search, failure: null };
}

/** A failure from a reply. */
export function withFailure(state: State, failure: Failure): State {
  return {
    ...withMoney(state, failure.payment_session_id, underReview(failure)),
    failure,
    search: state.search?.payment_session_id === failure.payment_session_id ? null : state.search,
    payment: state.payment?.id === failure.payment_session_id ? null : state.payment,
  };
}

/** The decision about a payment's money; once read it is dropped. */
export function withDecision(state: State, money: Schemas["Money"]): State {
  return withMoney(state, money.payment_session_id, money.seen_at === null ? money : null);
}

/** An open extension. */
export function withExtension(state: State, extension: Extension): State {
  if (extension.status !== "requested") return state;
  if (Object.values(state.outcomes).some((one) => one.extension_id === extension.id)) return state;
  const others = state.extensions.filter(({ id }) => id !== extension.id);
  return { ...state, extensions: [...others, extension] };
}

function takePayment(state: State, event: FrameOf<"PAYMENT_SESSION">): State {
  const { payment_session_id: id, status, amount, expires_at } = event;
  if (status !== "pending" && status !== "confirmed") {
    return state.payment?.id === id ? { ...state, payment: null } : state;
  }
  const known = state.payment?.id === id ? state.payment : {};
  return { ...state, payment: { ...known, id, status, amount, expires_at } };
}

function takePaid(state: State, event: FrameOf<"PAYMENT_SESSION">): State {
  const { payment_session_id, is_extension, amount, expires_at, at, status } = event;
  const known = state.money.find((one) => one.payment_session_id === payment_session_id);
  if (status === "confirmed") {
    const paid = {
      payment_session_id,
      is_extension,
      amount,
      expires_at,
      status: "waiting",
      status_at: at,
    } as const;
    return withMoney(state, payment_session_id, { ...known, ...paid });
  }
  return known?.status === "waiting" ? withMoney(state, payment_session_id, null) : state;
}

function waiting({ id, confirmed_at, created_at, ...payment }: PaymentSession): Money {
  const { is_extension, amount, duration_minutes, expires_at } = payment;
  return {
    payment_session_id: id,
    is_extension,
    amount,
    duration_minutes,
    expires_at,
    status: "waiting",
    status_at: confirmed_at ?? created_at,
  };
}

function underReview({ refund_due, created_at, ...failure }: Failure): Money | null {
  const { payment_session_id, failure_id, amount, cause_tag, mitra, fallback_offered } = failure;
  return refund_due
    ? {
        payment_session_id,
        failure_id,
        is_extension: false,
        amount,
        cause_tag,
        mitra,
        fallback_offered,
        status: "under_review",
        status_at: created_at,
        expires_at: created_at,
      }
    : null;
}

/** Sets the money of a payment; null removes it. */
function withMoney(state: State, paymentId: string, money: Money | null): State {
  const at = state.money.findIndex((one) => one.payment_session_id === paymentId);
  if (at < 0) return money === null ? state : { ...state, money: [...state.money, money] };
  return {
    ...state,
    money: state.money.flatMap((one, place) => (place !== at ? [one] : money === null ? [] : [money])),
  };
}

function takeSearch(state: State, event: FrameOf<"CHAT_REQUEST_STARTED">): State {
  const { request_id: id, payment_session_id, request_type, status, deadline_at, mitra } = event;
  return withSearch(state, { id, payment_session_id, request_type, status, deadline_at, mitra });
}

function takePaired(
  state: State,
  { request_id, payment_session_id, chat_session }: FrameOf<"PAIRED">,
): State {
  const alreadyEnded = state.ended.some(({ id }) => id === chat_session.id);
  return {
    ...state,
    search: state.search?.id === request_id ? null : state.search,
    payment: state.payment?.id === payment_session_id ? null : state.payment,
    failure: state.failure?.payment_session_id === payment_session_id ? null : state.failure,
    chats: alreadyEnded
      ? state.chats
      : [...state.chats.filter(({ id }) => id !== chat_session.id), chat_session],
    over: [...state.over, request_id],
  };
}

function takeFailed(state: State, event: FrameOf<"PAIRING_FAILED">): State {
  const { type: _, id: __, at: ___, ...failure } = event;
  const after = withFailure(state, failure);
  return failure.request_id === null ? after : { ...after, over: [...after.over, failure.request_id] };
}

function takeEnded(state: State, frame: FrameOf<"CHAT_ENDED">): State {
  const after = withEnd(state, frame);
  if (after === state) return state;
  return { ...after, lost: state.lost.filter((id) => id !== frame.chat_session_id) };
}

function isDecided(state: State, paymentId: string): boolean {
  return (
    state.failure?.payment_session_id === paymentId ||
    state.search?.payment_session_id === paymentId ||
    state.chats.some(({ payment_session_id }) => payment_session_id === paymentId)
  );
}
