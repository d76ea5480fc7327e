import { Button, Composer, type Conversation, EndChat, EndsSoon } from "@curhat/kit";
import { useState } from "react";
import { endChat } from "../actions";
import { copy } from "../copy";
import { sentenceOf } from "../sentence";
import { belongings } from "../service";
import type { Chat, State } from "../state";
import { Extend, Pending, type Result, ResultNote } from "./extension";

/** A chat that runs: warnings, more time, the end, and where one writes. */
export function Running({
  chat,
  state,
  conversation,
}: {
  chat: Chat;
  state: State;
  conversation: Conversation;
}) {
  const [dialog, setDialog] = useState<"extend" | "end" | null>(null);
  const extension = state.extensions.find((one) => one.chat_session_id === chat.id);
  const result: Result | undefined = state.outcomes[chat.id];
  return (
    <>
      <section className="chat-now">
        {result && <ResultNote key={result.extension_id} result={result} chat={chat} />}
        {extension ? (
          <Pending extension={extension} chat={chat} />
        ) : (
          <EndsSoon until={chat.ends_at} copy={copy.chat} />
        )}
        <div className="chat-actions">
          <Button
            kind="secondary"
            size="small"
            unavailable={Boolean(extension)}
            onClick={() => setDialog("extend")}
          >
            {copy.chat.extend}
          </Button>
          <Button kind="quiet" size="small" onClick={() => setDialog("end")}>
            {copy.chat.end}
          </Button>
        </div>
      </section>
      <Composer
        place={belongings.place(`draft.${chat.id}`)}
        copy={copy.chat}
        onType={() => conversation.typed()}
        onSend={(body) => conversation.say(body)}
      />
      {dialog === "extend" && !extension && <Extend chat={chat} onClose={() => setDialog(null)} />}
      {dialog === "end" && (
        <EndChat
          copy={copy.chat}
          onEnd={() => endChat(chat.id)}
          sentenceOf={sentenceOf}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}
