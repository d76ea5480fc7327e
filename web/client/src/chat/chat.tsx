import { ChatPage, type Link, NotFound, useLive, type View } from "@curhat/kit";
import { copy } from "../copy";
import { api, conversations, live } from "../service";
import type { State } from "../state";
import { Over } from "./over";
import { Running } from "./running";

export function Chat({ id, state }: { id: string; state: State }) {
  const { link } = useLive(live);
  return (
    <ChatPage
      id={id}
      known={[...state.chats, ...state.ended]}
      fetch={(signal) =>
        api.get("/api/client/chat-sessions/{chat_session_id}", { path: { chat_session_id: id }, signal })
      }
      notFound={<NotFound as="main" page={copy.notFound.page} />}
      me="customer"
      as="main"
      copy={copy.chat}
      conversations={conversations}
      statusOf={(_, view) => statusOf(view, link, state.lost.includes(id))}
    >
      {(chat, conversation) =>
        chat.status === "active" ? (
          <Running chat={chat} state={state} conversation={conversation} />
        ) : (
          <Over chat={chat} state={state} />
        )
      }
    </ChatPage>
  );
}

function statusOf(view: View, link: Link, lost: boolean): string {
  if (link === "lost") return copy.chat.offline;
  if (lost) return copy.chat.lost;
  return view.typing ? copy.chat.typing : copy.chat.online;
}
