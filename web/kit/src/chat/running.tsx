import { type ComponentProps, type ReactNode, useState } from "react";
import { both } from "../copy";
import { Button, IconButton } from "../ui/button";
import { CloseIcon } from "../ui/icons";
import { Composer } from "./composer";
import type { Conversation } from "./conversation";
import { EndChat } from "./end-chat";

/** A running chat: its news (`children`), its buttons, and the composer. */
export function Running({
  label,
  copy,
  conversation,
  place,
  actions,
  onEnd,
  sentenceOf,
  children,
}: Omit<ComponentProps<typeof EndChat>, "copy" | "onClose"> & {
  label?: string;
  copy: ComponentProps<typeof EndChat>["copy"] & { placeholder: string };
  conversation: Conversation;
  /** Where unsent text is stored. */
  place: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const [ending, setEnding] = useState(false);
  return (
    <>
      <section className="chat-now" aria-label={label}>
        {children}
        <div className="chat-actions">
          {actions}
          <Button kind="quiet" size="small" onClick={() => setEnding(true)}>
            {both.chat.end}
          </Button>
        </div>
      </section>
      <Composer
        place={place}
        placeholder={copy.placeholder}
        onType={() => conversation.typed()}
        onSend={(body) => conversation.say(body)}
      />
      {ending && (
        <EndChat copy={copy} onEnd={onEnd} sentenceOf={sentenceOf} onClose={() => setEnding(false)} />
      )}
    </>
  );
}

/** The decision on an extension, until it is dismissed. */
export function ResultNote({ approved, children }: { approved: boolean; children: ReactNode }) {
  const [shown, setShown] = useState(true);
  if (!shown) return null;
  return (
    <div className="chat-result" role="status" data-approved={approved}>
      <p>{children}</p>
      <IconButton label={both.close} onClick={() => setShown(false)}>
        <CloseIcon width={20} height={20} />
      </IconButton>
    </div>
  );
}
