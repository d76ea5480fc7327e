import { ChatPage, NotFound } from "@curhat/kit";
import { Unread } from "../chats";
import { copy } from "../copy";
import { api, conversations } from "../service";
import type { Extension, State } from "../state";
import { useUnread } from "../unread";
import { Over } from "./over";
import { Running } from "./running";

export function Chat({
  id,
  state,
  extension,
}: {
  id: string;
  state: State;
  extension: Extension | undefined;
}) {
  const elsewhere = useUnread(state.chats.filter((chat) => chat.id !== id));
  return (
    <ChatPage
      id={id}
      known={[...state.chats, ...state.ended]}
      fetch={(signal) =>
        api.get("/api/mitra/chat-sessions/{chat_session_id}", { path: { chat_session_id: id }, signal })
      }
      notFound={<NotFound as="section" page={copy.notFound.page} />}
      me="mitra"
      as="section"
      copy={copy.chat}
      conversations={conversations}
      statusOf={(chat, view) => (view.typing ? copy.chat.typing : copy.chat.running(chat.duration_minutes))}
      before={elsewhere > 0 && <Unread count={elsewhere} />}
    >
      {(chat, conversation) =>
        chat.status === "active" ? (
          <Running
            chat={chat}
            extension={extension}
            outcome={state.outcomes[id]}
            conversation={conversation}
          />
        ) : (
          <Over chat={chat} />
        )
      }
    </ChatPage>
  );
}
