import { type Frame, Live } from "@curhat/kit";
import { clock, queries, session } from "../service";
import type { Chat, EventFrame, Now } from "../shapes";
import { Freshener } from "./freshener";
import { concerned, PACE, type Topic, touched } from "./touches";

type Snapshot = Frame & Now & { type: "snapshot" };
type In = Snapshot | EventFrame;

/** Events hold ids, not names: an event refetches what it may have changed, at the rate in `PACE`. */
const freshener = new Freshener((topic) => void queries.invalidateQueries({ queryKey: topic.split(" ") }));

/** The socket. Its state is the last snapshot; changes since then are fetched. */
export const live = new Live<Now, In, never>("/internal/ws", session, clock, {
  snapshot: (frame) => frame as Snapshot,
  event: (state) => state,
});

const OWN_PAGE_MS = 1_000;

live.hear((frame) => {
  if (isSnapshot(frame)) {
    lastMessages.clear(); // refetch every list
    queries.setQueryData(["now"], { counters: frame.counters, alarms: frame.alarms });
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "now" });
  } else {
    take(frame);
  }
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") freshener.rest();
  else freshener.wake();
});

function take(event: EventFrame): void {
  if (event.type === "CHAT_MESSAGE") countMessage(event);
  for (const topic of touched(event.type)) freshener.mark(topic, PACE[topic]);
  const { people, payments } = concerned(event);
  for (const id of people) markIfShown(`person ${id}`);
  for (const id of payments) markIfShown(`payment ${id}`);
}

/** Pages of one person or payment are refetched only while they are open. */
function markIfShown(topic: string): void {
  const shown = queries.getQueryCache().findAll({ queryKey: topic.split(" "), type: "active" });
  if (shown.length > 0) freshener.mark(topic, OWN_PAGE_MS);
}

/** The last message of each chat, from events. */
const lastMessages = new Map<string, number>();

/** No refetch for a message: the event has the number. */
function countMessage({ body }: EventFrame): void {
  const { chat_session_id: id, seq } = body;
  if (typeof id !== "string" || typeof seq !== "number") return;
  lastMessages.set(id, Math.max(seq, lastMessages.get(id) ?? 0));
  queries.setQueriesData<{ rows: Chat[] }>({ queryKey: ["chats"] }, (list) => list && counted(list));
}

/** A list of chats, with the messages that came while it was being fetched. */
export function counted<List extends { rows: Chat[] }>(list: List): List {
  const rows = list.rows.map((chat) => ({
    ...chat,
    messages: Math.max(chat.messages, lastMessages.get(chat.id) ?? 0),
  }));
  return { ...list, rows };
}

function isSnapshot(frame: In): frame is Snapshot {
  return frame.type === "snapshot";
}

/** Refetch a list, as after an event. */
export function refresh(topic: Topic): void {
  void queries.invalidateQueries({ queryKey: [topic] });
}
