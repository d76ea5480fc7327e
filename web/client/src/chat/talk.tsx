import {
  Avatar,
  type Conversation,
  type Link,
  MessageList,
  TimeLeft,
  Title,
  TopBar,
  useLive,
  useReading,
  type View,
} from "@curhat/kit";
import { type ReactNode, useState } from "react";
import { copy } from "../copy";
import { live } from "../service";
import type { Chat } from "../state";

/** Who one talks with, how long still, and everything that was said. `children`: what can be done now. */
export function Talk({
  chat,
  view,
  conversation,
  lost,
  children,
}: {
  chat: Chat;
  view: View;
  conversation: Conversation;
  lost: boolean;
  children: ReactNode;
}) {
  const name = chat.mitra.display_name;
  const running = chat.status === "active";
  const { link } = useLive(live);
  const [atEnd, setAtEnd] = useState(true);
  useReading(conversation, view, running && atEnd);
  return (
    <main className="chat">
      <TopBar label={copy.back}>
        <Avatar name={name} />
        <div className="chat-who">
          <Title page={copy.chat.page(name)}>{name}</Title>
          <p role="status">{running ? statusOf(view, link, lost) : copy.chat.over}</p>
        </div>
        {running && <TimeLeft until={chat.ends_at} label={copy.chat.timeLeft} />}
      </TopBar>
      <MessageList
        view={view}
        me="customer"
        them={name}
        copy={copy.messages}
        empty={<p className="chat-empty">{copy.chat.empty(name)}</p>}
        onAtEnd={setAtEnd}
        onDiscard={(id) => conversation.forget(id)}
      />
      {children}
    </main>
  );
}

function statusOf(view: View, link: Link, lost: boolean): string {
  if (link === "lost") return copy.chat.offline;
  if (lost) return copy.chat.lost;
  return view.typing ? copy.chat.typing : copy.chat.online;
}
