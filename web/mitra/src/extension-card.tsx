import { Button, CountdownRing, useToast } from "@curhat/kit";
import { useRef, useState } from "react";
import { Link } from "wouter";
import { answer } from "./actions";
import { copy } from "./copy";
import { useFocusKept } from "./focus";
import { sentenceOf } from "./sentence";
import type { Chat, Extension } from "./state";

/** A customer asks for more minutes. `linked`: with a link to the chat. */
export function ExtensionCard({
  extension,
  chat,
  linked = false,
}: {
  extension: Extension;
  chat: Chat | undefined;
  linked?: boolean;
}) {
  const [busy, setBusy] = useState<"approve" | "reject" | null>(null);
  const toast = useToast();
  const card = useRef<HTMLElement>(null);
  const { id, requested_at, deadline_at, default_action, duration_minutes } = extension;
  const seconds = Math.round((Date.parse(deadline_at) - Date.parse(requested_at)) / 1000);
  const name = chat?.customer.display_name ?? copy.customer;
  useFocusKept(card);

  async function respond(verdict: "approve" | "reject") {
    setBusy(verdict);
    try {
      await answer(id, verdict);
    } catch (failure) {
      toast({ text: sentenceOf(failure), tone: "danger" });
      setBusy(null);
    }
  }

  return (
    <article ref={card} className="request request-extension" aria-labelledby={`extension-${id}`}>
      <div className="request-what" role="status">
        <h2 id={`extension-${id}`}>
          {copy.extension.title(name)} <b>{copy.extension.minutes(duration_minutes)}</b>
        </h2>
        <p>{copy.extension.unanswered[default_action](seconds)}</p>
        {linked && chat && <Link href={`/chat/${chat.id}`}>{copy.extension.open}</Link>}
      </div>
      <CountdownRing until={deadline_at} of={seconds} />
      <div className="request-actions">
        <Button
          kind="secondary"
          busy={busy === "reject"}
          unavailable={busy === "approve"}
          onClick={() => void respond("reject")}
        >
          {copy.extension.reject}
        </Button>
        <Button
          busy={busy === "approve"}
          unavailable={busy === "reject"}
          onClick={() => void respond("approve")}
        >
          {copy.extension.approve}
        </Button>
      </div>
    </article>
  );
}
