import { connect } from "@curhat/kit";
import { type Frame, model, type State } from "./state";

export const { session, api, clock, belongings, queries, live, conversations, insist } = connect<
  State,
  Frame
>("mitra", "/api/mitra/ws", model, (api, chat_session_id, after_seq) =>
  api.get("/api/mitra/chat-sessions/{chat_session_id}/messages", {
    path: { chat_session_id },
    query: { after_seq },
  }),
);

live.hear(({ type }) => {
  if (type === "snapshot" || type === "PAIRED" || type === "CHAT_ENDED") {
    void queries.invalidateQueries({ queryKey: ["today"] });
  }
});
