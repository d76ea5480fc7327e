import type { components } from "../api/generated/public";
import type { Chat, Extension, FrameOf } from "../socket/events";

/** How an extension was decided, for as long as the page is open. */
export type Outcome = FrameOf<"EXTENSION_APPROVED" | "EXTENSION_REJECTED">;

/** What the states of both apps hold. */
export interface Chats {
  user: components["schemas"]["Self"];
  /** The running ones, oldest first. */
  chats: Chat[];
  extensions: Extension[];
  /** Those that ended since the page was opened; a snapshot does not remove them. */
  ended: Chat[];
  /** By chat. */
  outcomes: Record<string, Outcome>;
  /** The newest event of each thing: events may arrive out of order. */
  newest: Record<string, number>;
  /** Requests and extensions that are over: a late reply or event brings none of them back. */
  over: string[];
}

/** Applies an event unless a newer one of the same thing was applied before. */
export function inOrder<State extends Pick<Chats, "newest">, Event extends { id: number }>(
  state: State,
  entity: string,
  event: Event,
  change: (state: State, event: Event) => State,
): State {
  if (event.id < (state.newest[entity] ?? 0)) return state;
  return { ...change(state, event), newest: { ...state.newest, [entity]: event.id } };
}

/** A chat runs longer. */
export function withMoreTime<State extends Chats>(state: State, frame: FrameOf<"CHAT_EXTENDED">): State {
  const later = (one: string, other: string) => (Date.parse(one) > Date.parse(other) ? one : other);
  return {
    ...state,
    chats: state.chats.map((chat) =>
      chat.id === frame.chat_session_id ? { ...chat, ends_at: later(chat.ends_at, frame.ends_at) } : chat,
    ),
  };
}

/** A chat has ended, and its extension with it. */
export function withEnd<State extends Chats>(
  state: State,
  { chat_session_id, end_reason, ended_at, last_seq }: FrameOf<"CHAT_ENDED">,
): State {
  const chat = state.chats.find(({ id }) => id === chat_session_id);
  if (chat === undefined) return state;
  return {
    ...state,
    chats: state.chats.filter(({ id }) => id !== chat_session_id),
    extensions: state.extensions.filter((one) => one.chat_session_id !== chat_session_id),
    ended: [...state.ended, { ...chat, status: "ended", end_reason, ended_at, last_seq }],
  };
}
