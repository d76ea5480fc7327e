import { useEffect, useSyncExternalStore } from "react";
import type { Chat, ChatFrame } from "../socket/events";
import { Conversation, type Surroundings, type View } from "./conversation";

/** The chats of this session that run or are open, fed by the socket. */
export class Conversations {
  private readonly kept = new Map<string, Conversation>();

  constructor(private readonly around: Surroundings) {
    addEventListener("storage", ({ key }) => {
      for (const one of this.kept.values()) one.stored(key);
    });
  }

  get(chatId: string): Conversation {
    let found = this.kept.get(chatId);
    if (found === undefined) {
      found = new Conversation(chatId, this.around);
      this.kept.set(chatId, found);
    }
    return found;
  }

  /** A snapshot came: takes over the running chats and sends what is unsent. */
  refresh(running: readonly Chat[]): void {
    for (const chat of running) this.get(chat.id).know(chat);
    for (const one of this.kept.values()) one.connected();
  }

  take(frame: ChatFrame): void {
    if ("chat_session_id" in frame) this.get(frame.chat_session_id).take(frame);
    else for (const one of this.kept.values()) one.take(frame);
  }

  /** Another person signs in. */
  forget(): void {
    this.kept.clear();
  }
}

export function useConversation(conversation: Conversation): View {
  return useSyncExternalStore(conversation.subscribe, conversation.get);
}

/** Marks the newest message as read while the page is visible; checked again when `view` changes. */
export function useReading(conversation: Conversation, view: View, reading: boolean): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the view is looked at
  useEffect(() => {
    if (!reading) return;
    const look = () => {
      if (document.visibilityState === "visible") conversation.sawAll();
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [conversation, view, reading]);
}
