import { useEffect, useSyncExternalStore } from "react";
import type { Chat, ChatFrame } from "../socket/events";
import { Conversation, type Surroundings, type View } from "./conversation";

/** Every chat of this session that somebody looks at or that runs, fed by the socket. */
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

  /** A snapshot came: these chats run, and everything that waited is sent. */
  refresh(running: readonly Chat[]): void {
    for (const chat of running) this.get(chat.id).know(chat);
    for (const one of this.kept.values()) one.connected();
  }

  take(frame: ChatFrame): void {
    if ("chat_session_id" in frame) this.get(frame.chat_session_id).take(frame);
    else for (const one of this.kept.values()) one.take(frame);
  }

  /** Somebody else signs in. */
  forget(): void {
    this.kept.clear();
  }
}

/** A chat as it is now. */
export function useConversation(conversation: Conversation): View {
  return useSyncExternalStore(conversation.subscribe, conversation.get);
}

/** Mark what is on the screen as read, while somebody looks at it. `view`: whatever changes, it is looked at again. */
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
