import { last } from "@curhat/kit";
import type { Chat, Failure, Search, State } from "./state";

/** What the person has seen in this browser. */
export interface Memory {
  /** The failure that was dismissed. */
  failure: string | null;
  /** The chat that has been opened. */
  chat: string | null;
}

/** The screen that the state demands at any address; `free`: the address decides. */
export type Demand =
  | { screen: "searching"; search: Search }
  | { screen: "starting"; payment: NonNullable<State["payment"]> }
  | { screen: "unavailable"; failure: Failure }
  | { screen: "failed"; failure: Failure }
  | { screen: "found"; chat: Chat }
  | { screen: "free" };

/** What the state demands to be shown. */
export function demandOf(state: State, memory: Memory): Demand {
  const { search, payment, failure } = state;
  if (search !== null) return { screen: "searching", search };
  if (payment?.status === "confirmed") return { screen: "starting", payment };
  if (
    failure !== null &&
    failure.failure_id !== memory.failure &&
    failure.cause_tag !== "customer_cancelled"
  ) {
    return { screen: failure.fallback_offered ? "unavailable" : "failed", failure };
  }
  const chat = last(state.chats);
  if (chat !== undefined && chat.id !== memory.chat) return { screen: "found", chat };
  return { screen: "free" };
}
