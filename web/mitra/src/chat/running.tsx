import { type Conversation, EndsSoon, ResultNote, Running as RunningChat } from "@curhat/kit";
import { endChat } from "../actions";
import { copy } from "../copy";
import { ExtensionCard } from "../extension-card";
import { sentenceOf } from "../sentence";
import { belongings } from "../service";
import type { Chat, Extension, Outcome } from "../state";

export function Running({
  chat,
  extension,
  outcome,
  conversation,
}: {
  chat: Chat;
  extension: Extension | undefined;
  outcome: Outcome | undefined;
  conversation: Conversation;
}) {
  return (
    <RunningChat
      label={copy.chat.now}
      copy={copy.chat}
      conversation={conversation}
      place={belongings.place(`draft.${chat.id}`)}
      onEnd={() => endChat(chat.id)}
      sentenceOf={sentenceOf}
    >
      {outcome && (
        <ResultNote key={outcome.extension_id} approved={outcome.type === "EXTENSION_APPROVED"}>
          {sentence(outcome)}
        </ResultNote>
      )}
      {extension ? (
        <ExtensionCard extension={extension} chat={chat} />
      ) : (
        <EndsSoon until={chat.ends_at} copy={copy.chat} />
      )}
    </RunningChat>
  );
}

function sentence({ status }: Outcome): string {
  const sentences = copy.extension.outcome;
  return status === "requested" || status === "withdrawn" ? sentences.other : sentences[status];
}
