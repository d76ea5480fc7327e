import {
  Api,
  attend,
  Belongings,
  Conversations,
  isOfChat,
  Keys,
  Live,
  newQueryClient,
  type Said,
  ServerClock,
  Session,
  stored,
} from "@curhat/kit";
import type { paths } from "@curhat/kit/public";
import { type Frame, model, type State } from "./state";

/** The service, as this app's person talks to it and hears from it. */
export const session = new Session("mitra");
export const api = new Api<paths>(session);
export const clock = new ServerClock();
export const belongings = new Belongings("mitra");
export const keys = new Keys(stored, (intent) => belongings.place(`key.${intent}`));
export const queries = newQueryClient();
export const live = new Live<State, Frame, Said>("/api/mitra/ws", session, clock, model);

export const conversations = new Conversations({
  me: "mitra",
  send: (frame) => live.send(frame),
  fetch: (chat_session_id, after_seq) =>
    api.get("/api/mitra/chat-sessions/{chat_session_id}/messages", {
      path: { chat_session_id },
      query: { after_seq },
    }),
  now: () => clock.now(),
  place: (name) => belongings.place(name),
});

live.hear((frame) => {
  switch (frame.type) {
    case "snapshot":
      conversations.refresh(frame.chats);
      void queries.invalidateQueries({ queryKey: ["today"] });
      break;
    case "PAIRED":
      conversations.get(frame.chat_session.id).know(frame.chat_session);
      break;
    default:
      if (isOfChat(frame)) conversations.take(frame);
  }
  if (frame.type === "PAIRED" || frame.type === "CHAT_ENDED") {
    void queries.invalidateQueries({ queryKey: ["today"] });
  }
});

attend({ session, live, conversations, queries, belongings });
