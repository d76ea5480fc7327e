import { Avatar, Button, CountdownRing, classNames, last, useToast } from "@curhat/kit";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { accept, decline, markSeen } from "./actions";
import { copy } from "./copy";
import { ExtensionCard } from "./extension-card";
import { useFocusKept } from "./focus";
import { sentenceOf } from "./sentence";
import type { Chat, Extension, Offer } from "./state";
import "./requests.css";

export function Requests({
  offers,
  extensions,
  chats,
}: {
  offers: readonly Offer[];
  extensions: readonly Extension[];
  chats: readonly Chat[];
}) {
  const newest = last(offers);
  return (
    <section
      className={classNames("requests", offers.length + extensions.length === 0 && "requests-none")}
      aria-label={copy.request.region}
    >
      <p role="alert" className="visually-hidden">
        {newest && `${copy.request[newest.request_type]}: ${textOf(newest)}`}
      </p>
      {offers.map((offer) => (
        <OfferCard key={offer.request_id} offer={offer} />
      ))}
      {extensions.map((extension) => (
        <ExtensionCard
          key={extension.id}
          extension={extension}
          chat={chats.find(({ id }) => id === extension.chat_session_id)}
          linked
        />
      ))}
    </section>
  );
}

function OfferCard({ offer }: { offer: Offer }) {
  const [busy, setBusy] = useState<"accept" | "decline" | null>(null);
  const [, navigate] = useLocation();
  const toast = useToast();
  const card = useRef<HTMLElement>(null);
  const { request_id, request_type, customer, deadline_at, sent_at, seen_at } = offer;
  const name = customer.display_name;
  useSeen(request_id, seen_at !== null);
  useFocusKept(card);

  async function respond(how: "accept" | "decline") {
    setBusy(how);
    try {
      if (how === "accept") navigate(`/chat/${await accept(request_id)}`);
      else await decline(request_id);
    } catch (failure) {
      toast({ text: sentenceOf(failure), tone: "danger" });
      setBusy(null);
    }
  }

  return (
    <article
      ref={card}
      className="request"
      data-type={request_type}
      aria-labelledby={`request-${request_id}`}
    >
      <Avatar name={name} />
      <div className="request-what">
        <h2 id={`request-${request_id}`}>{copy.request[request_type]}</h2>
        <p>{textOf(offer)}</p>
      </div>
      <CountdownRing until={deadline_at} of={(Date.parse(deadline_at) - Date.parse(sent_at)) / 1000} />
      <div className="request-actions">
        <Button
          kind="secondary"
          busy={busy === "decline"}
          unavailable={busy === "accept"}
          aria-label={copy.request.declineOf(name)}
          onClick={() => void respond("decline")}
        >
          {copy.request.decline}
        </Button>
        <Button
          busy={busy === "accept"}
          unavailable={busy === "decline"}
          aria-label={copy.request.acceptOf(name)}
          onClick={() => void respond("accept")}
        >
          {copy.request.accept}
        </Button>
      </div>
    </article>
  );
}

/** Tells the service that the card was visible. Best effort: it is only for figures. */
function useSeen(requestId: string, seen: boolean): void {
  useEffect(() => {
    if (seen) return;
    const look = () => {
      if (document.visibilityState === "visible") markSeen(requestId).catch(() => undefined);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [requestId, seen]);
}

function textOf({ customer, duration_minutes }: Offer): string {
  return copy.request.text(customer.display_name, duration_minutes);
}
