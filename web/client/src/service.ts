import { connect } from "@curhat/kit";
import { type Frame, model, type State } from "./state";

export const { session, api, clock, belongings, queries, live, conversations, insist } = connect<
  State,
  Frame
>("customer", "/api/client/ws", model, (api, chat_session_id, after_seq) =>
  api.get("/api/client/chat-sessions/{chat_session_id}/messages", {
    path: { chat_session_id },
    query: { after_seq },
  }),
);
