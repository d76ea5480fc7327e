import { Api } from "./api/client";
import type { paths } from "./api/generated/public";
import { insist } from "./api/insist";
import { Keys } from "./api/keys";
import type { Surroundings } from "./chat/conversation";
import { Conversations } from "./chat/conversations";
import { ServerClock } from "./clock/server-clock";
import { Live, type Model } from "./live/live";
import { attend } from "./session/attend";
import { Belongings } from "./session/belongings";
import { Session } from "./session/session";
import { stored } from "./session/storage";
import { type FrameToCustomer, type FrameToMitra, isOfChat, type Said } from "./socket/events";
import { newQueryClient } from "./start";

/** The session, API and socket of a customer's or mitra's app. `fetch`: messages of a chat. */
export function connect<State, Frame extends FrameToCustomer | FrameToMitra>(
  me: "customer" | "mitra",
  socket: string,
  model: Model<State, Frame>,
  fetch: (api: Api<paths>, ...of: Parameters<Surroundings["fetch"]>) => ReturnType<Surroundings["fetch"]>,
) {
  const session = new Session(me);
  const api = new Api<paths>(session);
  const clock = new ServerClock();
  const belongings = new Belongings(me);
  const keys = new Keys(stored, (intent) => belongings.place(`key.${intent}`));
  const queries = newQueryClient();
  const live = new Live<State, Frame, Said>(socket, session, clock, model);
  const conversations = new Conversations({
    me,
    send: (frame) => live.send(frame),
    fetch: (chatId, afterSeq) => fetch(api, chatId, afterSeq),
    now: () => clock.now(),
    place: (name) => belongings.place(name),
  });

  live.hear((frame: FrameToCustomer | FrameToMitra) => {
    if (frame.type === "snapshot") conversations.refresh(frame.chats);
    else if (frame.type === "PAIRED") conversations.get(frame.chat_session.id).know(frame.chat_session);
    else if (isOfChat(frame)) conversations.take(frame);
  });
  attend({ session, live, conversations, queries, belongings });

  return {
    session,
    api,
    clock,
    belongings,
    queries,
    live,
    conversations,
    /** Makes the intent's call with retries; it is carried out once. */
    insist: <Reply>(intent: string, call: (key: string) => Promise<Reply>) => insist(keys, intent, call),
  };
}
