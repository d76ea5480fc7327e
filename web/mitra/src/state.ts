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

export interface State extends Chats {
  /** The mitra's own switch. */
  online: boolean;
  /** Whether customers can find them; `unreachable`: switched on without a connection. */
  presence: Presence;
  /** Who set them offline, and why, if not themselves. */
  forcedOffline: Pick<Schemas["ForcedOffline"], "by" | "note"> | null;
  /** Open offers, oldest first. */
  offers: Offer[];
}

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

/** The switch from a reply. */
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

/** Removes a request that was answered or is over. */
export function withoutOffer(state: State, requestId: string): State {
  return {
    ...state,
    offers: state.offers.filter(({ request_id }) => request_id !== requestId),
    over: [...state.over, requestId],
  };
}

export function withSeen(state: State, requestId: string, at: string): State {
  return {
    ...state,
    offers: state.offers.map((offer) =>
      offer.request_id === requestId ? { ...offer, seen_at: offer.seen_at ?? at } : offer,
    ),
  };
}

/** Adds a chat unless it has ended since. */
export function withChat(state: State, chat: Chat): State {
  if (chat.status !== "active" || [...state.chats, ...state.ended].some(({ id }) => id === chat.id)) {
    return state;
  }
  return { ...state, chats: [...state.chats, chat] };
}

/** Removes an extension that was answered or is over. */
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
