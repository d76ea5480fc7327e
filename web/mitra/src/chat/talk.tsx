import {
  Avatar,
  type Conversation,
  MessageList,
  TimeLeft,
  Title,
  TopBar,
  useReading,
  type View,
} from "@curhat/kit";
import { type ReactNode, useState } from "react";
import { Unread } from "../chats";
import { copy } from "../copy";
import type { Chat } from "../state";
import { useUnread } from "../unread";

/** Who one talks with, how long still, and everything that was said. `children`: what can be done now. */
export function Talk({
  chat,
  chats,
  view,
  conversation,
  children,
}: {
  chat: Chat;
  chats: readonly Chat[];
  view: View;
  conversation: Conversation;
  children: ReactNode;
}) {
  const name = chat.customer.display_name;
  const running = chat.status === "active";
  const elsewhere = useUnread(chats.filter(({ id }) => id !== chat.id));
  const [atEnd, setAtEnd] = useState(true);
  useReading(conversation, view, running && atEnd);
  return (
    <section className="chat" aria-label={copy.chat.page(name)}>
      <TopBar label={copy.back}>
        {elsewhere > 0 && <Unread count={elsewhere} />}
        <Avatar name={name} />
        <div className="chat-who">
          <Title page={copy.chat.page(name)}>{name}</Title>
          <p role="status">{running ? statusOf(chat, view) : copy.chat.over}</p>
        </div>
        {running && <TimeLeft until={chat.ends_at} label={copy.chat.timeLeft} />}
      </TopBar>
      <MessageList
        view={view}
        me="mitra"
        them={name}
        copy={copy.messages}
        empty={<p className="chat-empty">{copy.chat.empty(name)}</p>}
        onAtEnd={setAtEnd}
        onDiscard={(id) => conversation.forget(id)}
      />
      {children}
    </section>
  );
}

function statusOf(chat: Chat, view: View): string {
  return view.typing ? copy.chat.typing : copy.chat.running(chat.duration_minutes);
}
