import { NotFound, useFillsScreen, useToast } from "@curhat/kit";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { Chat } from "./chat/chat";
import { copy } from "./copy";
import { useNotices } from "./notices";
import { useOpen } from "./open";
import { Requests } from "./requests";
import { useRinging } from "./ringing";
import { live } from "./service";
import { Side } from "./side";
import type { State } from "./state";
import "./desk.css";

export type Place = { chat: string } | "home" | "nowhere";

/** The reasons that are announced, with the refusal that has the same sentence. */
const CLOSED: Record<string, string> = {
  taken: "request_already_taken",
  cancelled: "request_cancelled",
  expired: "request_expired",
};

const WIDE = matchMedia("(min-width: 60rem)");

/** The mitra's screen: chat and list side by side, or one of them on a phone. Open requests are always visible. */
export function Desk({ state, lost, place }: { state: State; lost: boolean; place: Place }) {
  const wide = useSyncExternalStore(subscribeToWidth, () => WIDE.matches);
  const offers = useOpen(state.offers);
  const extensions = useOpen(state.extensions);
  const open = typeof place === "object" ? place.chat : null;
  useRinging(offers.length + extensions.length > 0);
  useNotices(offers, extensions);
  useClosings();
  useFillsScreen(wide);

  const requests = (
    <Requests
      offers={offers}
      extensions={extensions.filter((one) => one.chat_session_id !== open)}
      chats={state.chats}
    />
  );
  const extension = extensions.find((one) => one.chat_session_id === open);
  const talk =
    open !== null ? (
      <Chat key={open} id={open} state={state} extension={extension} />
    ) : place === "nowhere" ? (
      <NotFound as="section" page={copy.notFound.page} />
    ) : null;

  if (wide) {
    return (
      <main className="desk desk-wide">
        <Side state={state} lost={lost} open={open} titled={talk === null}>
          {requests}
        </Side>
        {talk ?? <Pick />}
      </main>
    );
  }
  return (
    <main className="desk">
      {talk === null ? (
        <Side state={state} lost={lost} open={null} titled>
          {requests}
        </Side>
      ) : (
        <>
          <div className="desk-above">{requests}</div>
          {talk}
        </>
      )}
    </main>
  );
}

function Pick(): ReactNode {
  return (
    <div className="screen screen-center desk-pick">
      <p className="lead">{copy.home.pick}</p>
    </div>
  );
}

/** Says why an unanswered request is gone. */
function useClosings(): void {
  const toast = useToast();
  useEffect(
    () =>
      live.hear((frame) => {
        if (frame.type !== "CHAT_REQUEST_CLOSED") return;
        const text = copy.errors[CLOSED[frame.reason] ?? ""];
        if (text !== undefined) toast({ text });
      }),
    [toast],
  );
}

function subscribeToWidth(listener: () => void): () => void {
  WIDE.addEventListener("change", listener);
  return () => WIDE.removeEventListener("change", listener);
}
