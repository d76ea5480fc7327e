import { Button, CloseIcon, Composer, type Conversation, EndChat, EndsSoon, IconButton } from "@curhat/kit";
import { useState } from "react";
import { endChat } from "../actions";
import { copy } from "../copy";
import { ExtensionCard } from "../extension-card";
import { sentenceOf } from "../sentence";
import { belongings } from "../service";
import type { Chat, Extension, Outcome } from "../state";

/** A chat that runs: warnings, more time, the end, and where one writes. */
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
  const [ending, setEnding] = useState(false);
  return (
    <>
      <section className="chat-now" aria-label={copy.chat.now}>
        {outcome && <ResultNote key={outcome.extension_id} outcome={outcome} />}
        {extension ? (
          <ExtensionCard extension={extension} chat={chat} />
        ) : (
          <EndsSoon until={chat.ends_at} copy={copy.chat} />
        )}
        <div className="chat-actions">
          <Button kind="quiet" size="small" onClick={() => setEnding(true)}>
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
      {ending && (
        <EndChat
          copy={copy.chat}
          onEnd={() => endChat(chat.id)}
          sentenceOf={sentenceOf}
          onClose={() => setEnding(false)}
        />
      )}
    </>
  );
}

/** How an extension came out. */
function ResultNote({ outcome }: { outcome: Outcome }) {
  const [shown, setShown] = useState(true);
  if (!shown) return null;
  return (
    <div className="chat-result" role="status" data-approved={outcome.type === "EXTENSION_APPROVED"}>
      <p>{sentence(outcome)}</p>
      <IconButton label={copy.close} onClick={() => setShown(false)}>
        <CloseIcon width={20} height={20} />
      </IconButton>
    </div>
  );
}

function sentence({ status }: Outcome): string {
  const sentences = copy.extension.outcome;
  return status === "requested" || status === "withdrawn" ? sentences.other : sentences[status];
}
