import {
  type Chat,
  type Chats,
  type Extension,
  type FrameOf,
  type FrameToMitra,
  inOrder,
  type Model,
  type Outcome,
  withEnd,
  withMoreTime,
} from "@curhat/kit";
import type { components } from "@curhat/kit/public";

export type { Chat, Extension, Outcome };

type Schemas = components["schemas"];

export type Offer = Schemas["Offer"];
export type Frame = FrameToMitra;
export type Presence = Schemas["MitraState"]["presence"];

/** Everything that a screen of the mitra's app is made of. */
export interface State extends Chats {
  /** What the mitra's own switch says. */
  online: boolean;
  /** Whether customers can have them: unreachable is switched on, but not to be reached. */
  presence: Presence;
  /** Somebody else set them offline: who, and why. */
  forcedOffline: Pick<Schemas["ForcedOffline"], "by" | "note"> | null;
  /** Searches that wait for this mitra's answer, oldest first. */
  offers: Offer[];
}

/** The mitra's state as the socket tells it. */
export const model: Model<State, Frame> = {
  snapshot(frame, before) {
    const snapshot = frame as FrameOf<"snapshot"> & Schemas["MitraState"];
    const { user, online, presence, forced_offline, offers, chats, extensions } = snapshot;
    return {
      user,
      online,
      presence,
      forcedOffline: forced_offline,
      offers,
      chats,
      extensions,
      ended: before?.ended ?? [],
      outcomes: {},
      newest: {},
      over: [],
    };
  },

  event(state, frame) {
    switch (frame.type) {
      case "MITRA_STATUS":
        if (frame.mitra_id !== state.user.id) return state;
        return inOrder(state, "status", frame, (before) => ({
          ...before,
          online: frame.online,
          presence: frame.presence,
          forcedOffline: forcedOffline(frame),
        }));
      case "CHAT_REQUEST":
        return inOrder(state, frame.request_id, frame, takeOffer);
      case "CHAT_REQUEST_CLOSED":
        return inOrder(state, frame.request_id, frame, (before) => withoutOffer(before, frame.request_id));
      case "PAIRED":
        return withChat(withoutOffer(state, frame.request_id), frame.chat_session);
      case "CHAT_EXTENDED":
        return withMoreTime(state, frame);
      case "CHAT_ENDED":
        return withEnd(state, frame);
      case "EXTENSION_REQUESTED":
        return withExtension(state, { ...frame, id: frame.extension_id });
      case "EXTENSION_APPROVED":
      case "EXTENSION_REJECTED":
        return {
          ...withoutExtension(state, frame.extension_id),
          outcomes: { ...state.outcomes, [frame.chat_session_id]: frame },
        };
      default:
        return state;
    }
  },
};

/** The switch, as a reply told of it. */
export function withSwitch(state: State, { online }: { online: boolean }): State {
  if (state.online === online) return state;
  return {
    ...state,
    online,
    presence: online ? "online" : "offline",
    offers: online ? state.offers : [],
    forcedOffline: null,
  };
}

function forcedOffline({ online, by, note }: FrameOf<"MITRA_STATUS">): State["forcedOffline"] {
  return !online && (by === "operator" || by === "system") ? { by, note: note ?? null } : null;
}

/** A request that was answered, or that a refusal says is over. */
export function withoutOffer(state: State, requestId: string): State {
  return {
    ...state,
    offers: state.offers.filter(({ request_id }) => request_id !== requestId),
    over: [...state.over, requestId],
  };
}

/** A request that was shown. */
export function withSeen(state: State, requestId: string, at: string): State {
  return {
    ...state,
    offers: state.offers.map((offer) =>
      offer.request_id === requestId ? { ...offer, seen_at: offer.seen_at ?? at } : offer,
    ),
  };
}

/** A chat that began, unless it has ended meanwhile. */
export function withChat(state: State, chat: Chat): State {
  if (chat.status !== "active" || [...state.chats, ...state.ended].some(({ id }) => id === chat.id)) {
    return state;
  }
  return { ...state, chats: [...state.chats, chat] };
}

/** An extension that was answered, or that a refusal says is over. */
export function withoutExtension(state: State, extensionId: string): State {
  return {
    ...state,
    extensions: state.extensions.filter(({ id }) => id !== extensionId),
    over: [...state.over, extensionId],
  };
}

function withExtension(state: State, extension: Extension): State {
  if (state.over.includes(extension.id)) return state;
  const { [extension.chat_session_id]: _, ...outcomes } = state.outcomes;
  return {
    ...state,
    outcomes,
    extensions: [...state.extensions.filter(({ id }) => id !== extension.id), extension],
  };
}

function takeOffer(state: State, event: FrameOf<"CHAT_REQUEST">): State {
  const { request_id, request_type, duration_minutes, customer, deadline_at, at } = event;
  if (state.over.includes(request_id)) return state;
  if (state.offers.some((offer) => offer.request_id === request_id)) return state;
  const offer = {
    request_id,
    request_type,
    duration_minutes,
    customer,
    sent_at: at,
    seen_at: null,
    deadline_at,
  };
  return { ...state, offers: [...state.offers, offer] };
}
