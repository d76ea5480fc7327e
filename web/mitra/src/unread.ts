import { useCallback, useSyncExternalStore } from "react";
import { conversations } from "./service";
import type { Chat } from "./state";

/** The number of unread messages in these chats. */
export function useUnread(chats: readonly Chat[]): number {
  const ids = chats.map(({ id }) => id).join(" ");
  const subscribe = useCallback(
    (listener: () => void) => {
      const ends = conversationsOf(ids).map((one) => one.subscribe(listener));
      return () => {
        for (const end of ends) end();
      };
    },
    [ids],
  );
  return useSyncExternalStore(subscribe, () =>
    conversationsOf(ids).reduce((sum, { unread }) => sum + unread, 0),
  );
}

function conversationsOf(ids: string) {
  return ids === "" ? [] : ids.split(" ").map((id) => conversations.get(id));
}
