import { Button, Card, Splash, slugOf, TopBar, useConversation } from "@curhat/kit";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { copy } from "../copy";
import { NotFound } from "../not-found";
import { api, conversations } from "../service";
import type { Chat as ChatSession, Extension, State } from "../state";
import { Over } from "./over";
import { Running } from "./running";
import { Talk } from "./talk";

/** One chat: while it runs as the socket tells it, and afterwards as REST does. */
export function Chat({
  id,
  state,
  extension,
}: {
  id: string;
  state: State;
  extension: Extension | undefined;
}) {
  const told = [...state.chats, ...state.ended].find((chat) => chat.id === id);
  const { data, error, refetch } = useQuery({
    queryKey: ["chat", id],
    queryFn: ({ signal }) =>
      api.get("/api/mitra/chat-sessions/{chat_session_id}", { path: { chat_session_id: id }, signal }),
    enabled: told === undefined,
    staleTime: 0,
  });
  const chat = told ?? data;
  if (chat) return <Shown chat={chat} state={state} extension={extension} />;
  if (error === null) return <Splash text={copy.connection.loading} />;
  if (slugOf(error) === "chat_session_not_found" || slugOf(error) === "not_found") return <NotFound />;
  return (
    <section className="screen">
      <TopBar label={copy.back} />
      <Card tone="warm">
        <p role="alert">{copy.messages.failed}</p>
        <Button kind="secondary" onClick={() => void refetch()}>
          {copy.retry}
        </Button>
      </Card>
    </section>
  );
}

function Shown({
  chat,
  state,
  extension,
}: {
  chat: ChatSession;
  state: State;
  extension: Extension | undefined;
}) {
  const conversation = conversations.get(chat.id);
  const view = useConversation(conversation);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is known of it is taken once; then events tell
  useEffect(() => conversation.know(chat), [conversation]);
  return (
    <Talk chat={chat} chats={state.chats} view={view} conversation={conversation}>
      {chat.status === "active" ? (
        <Running
          chat={chat}
          extension={extension}
          outcome={state.outcomes[chat.id]}
          conversation={conversation}
        />
      ) : (
        <Over chat={chat} />
      )}
    </Talk>
  );
}
