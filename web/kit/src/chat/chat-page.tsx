import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { slugOf } from "../api/errors";
import { both } from "../copy";
import type { Chat, Role } from "../socket/events";
import { Avatar } from "../ui/avatar";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { Splash } from "../ui/splash";
import { Title } from "../ui/title";
import { TopBar } from "../ui/top-bar";
import type { Conversation, View } from "./conversation";
import { type Conversations, useConversation, useReading } from "./conversations";
import { MessageList } from "./message-list";
import { TimeLeft } from "./time-left";

interface Copy {
  page: (name: string) => string;
  empty: (name: string) => string;
}

/** What an app puts into the page of a chat. */
interface Parts {
  me: Role;
  /** "section" where the page has a `main` of its own around it. */
  as: "main" | "section";
  copy: Copy;
  conversations: Conversations;
  /** What the other person is doing, while the chat runs. */
  statusOf: (chat: Chat, view: View) => string;
  /** Before the other person's name. */
  before?: ReactNode;
  /** What can be done now. */
  children: (chat: Chat, conversation: Conversation) => ReactNode;
}

/** One chat: from the socket while it is known there, else from REST. */
export function ChatPage({
  id,
  known,
  fetch,
  notFound,
  ...parts
}: Parts & {
  id: string;
  known: readonly Chat[];
  fetch: (signal: AbortSignal) => Promise<Chat>;
  notFound: ReactNode;
}) {
  const told = known.find((chat) => chat.id === id);
  const { data, error, refetch } = useQuery({
    queryKey: ["chat", id],
    queryFn: ({ signal }) => fetch(signal),
    enabled: told === undefined,
    staleTime: 0,
  });
  const { as: Frame } = parts;
  const chat = told ?? data;
  if (chat) return <Talk chat={chat} {...parts} />;
  if (error === null) return <Splash text={both.connection.loading} />;
  if (slugOf(error) === "chat_session_not_found" || slugOf(error) === "not_found") return notFound;
  return (
    <Frame className="screen">
      <TopBar label={both.back} />
      <Card tone="warm">
        <p role="alert">{both.messages.failed}</p>
        <Button kind="secondary" onClick={() => void refetch()}>
          {both.retry}
        </Button>
      </Card>
    </Frame>
  );
}

/** The other person, the time left, and the messages. */
function Talk({
  chat,
  me,
  as: Frame,
  copy,
  conversations,
  statusOf,
  before,
  children,
}: Parts & { chat: Chat }) {
  const conversation = conversations.get(chat.id);
  const view = useConversation(conversation);
  // biome-ignore lint/correctness/useExhaustiveDependencies: taken over once; events tell the rest
  useEffect(() => conversation.know(chat), [conversation]);
  const name = (me === "customer" ? chat.mitra : chat.customer).display_name;
  const running = chat.status === "active";
  const [atEnd, setAtEnd] = useState(true);
  useReading(conversation, view, running && atEnd);
  return (
    <Frame className="chat" aria-label={Frame === "section" ? copy.page(name) : undefined}>
      <TopBar label={both.back}>
        {before}
        <Avatar name={name} />
        <div className="chat-who">
          <Title page={copy.page(name)}>{name}</Title>
          <p role="status">{running ? statusOf(chat, view) : both.chat.over}</p>
        </div>
        {running && <TimeLeft until={chat.ends_at} label={both.chat.timeLeft} />}
      </TopBar>
      <MessageList
        view={view}
        me={me}
        them={name}
        empty={<p className="chat-empty">{copy.empty(name)}</p>}
        onAtEnd={setAtEnd}
        onDiscard={(id) => conversation.forget(id)}
      />
      {children(chat, conversation)}
    </Frame>
  );
}
