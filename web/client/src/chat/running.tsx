import { Button, type Conversation, EndsSoon, Running as RunningChat } from "@curhat/kit";
import { useState } from "react";
import { endChat } from "../actions";
import { copy } from "../copy";
import { sentenceOf } from "../sentence";
import { belongings } from "../service";
import type { Chat, State } from "../state";
import { Extend, Pending, Result } from "./extension";

export function Running({
  chat,
  state,
  conversation,
}: {
  chat: Chat;
  state: State;
  conversation: Conversation;
}) {
  const [extending, setExtending] = useState(false);
  const extension = state.extensions.find((one) => one.chat_session_id === chat.id);
  const outcome = state.outcomes[chat.id];
  return (
    <>
      <RunningChat
        copy={copy.chat}
        conversation={conversation}
        place={belongings.place(`draft.${chat.id}`)}
        onEnd={() => endChat(chat.id)}
        sentenceOf={sentenceOf}
        actions={
          <Button
            kind="secondary"
            size="small"
            unavailable={Boolean(extension)}
            onClick={() => setExtending(true)}
          >
            {copy.chat.extend}
          </Button>
        }
      >
        {outcome && <Result key={outcome.extension_id} outcome={outcome} chat={chat} />}
        {extension ? (
          <Pending extension={extension} chat={chat} />
        ) : (
          <EndsSoon until={chat.ends_at} copy={copy.chat} />
        )}
      </RunningChat>
      {extending && !extension && <Extend chat={chat} onClose={() => setExtending(false)} />}
    </>
  );
}
