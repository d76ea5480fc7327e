/** The frames of the sockets, as the OpenAPI document describes them. */

import type { components } from "../api/generated/public";

type Schemas = components["schemas"];

export type Chat = Schemas["Chat"];
export type Message = Schemas["Message"];
export type Extension = Schemas["Extension"];
export type Failure = Schemas["Failure"];
export type Person = Schemas["Person"];
export type PaymentSession = Schemas["PaymentSession"];
export type Role = Message["sender"];

export type FrameToCustomer = Schemas["FrameToCustomer"];
export type FrameToMitra = Schemas["FrameToMitra"];
/** A frame from the person. */
export type Said = Exclude<Schemas["FrameFromClient"], { type: "auth" }>;

/** The frame of this type. */
export type FrameOf<Type extends (FrameToCustomer | FrameToMitra)["type"]> = Extract<
  FrameToCustomer | FrameToMitra,
  { type: Type }
>;

/** Frames about the messages of a chat, for either side. */
export type ChatFrame = FrameOf<
  "CHAT_MESSAGE" | "CHAT_READ" | "CHAT_TYPING" | "CHAT_ENDED" | "ack" | "error"
>;

const OF_CHAT: ReadonlySet<string> = new Set<ChatFrame["type"]>([
  "CHAT_MESSAGE",
  "CHAT_READ",
  "CHAT_TYPING",
  "CHAT_ENDED",
  "ack",
  "error",
]);

export function isOfChat(frame: { type: string }): frame is ChatFrame {
  return OF_CHAT.has(frame.type);
}
