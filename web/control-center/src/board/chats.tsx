import { Button, ChatIcon, ClockIcon, Countdown } from "@curhat/kit";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { useAddress, wholeNumber } from "../address/use-address";
import { copy } from "../copy";
import { counted } from "../live/live";
import { useRole } from "../live/use-now";
import { api } from "../service";
import type { Chat } from "../shapes";
import { Badge } from "../ui/badge";
import { Person } from "../ui/person";
import { PresenceOf } from "../ui/presence";
import { Column, ROWS } from "./column";
import { EndChatDialog } from "./dialogs";
import { Left } from "./searches";

/** Running chats, the nearest end first. Messages are never shown here. */
export function Chats() {
  const { params, change } = useAddress();
  const page = wholeNumber(params.get("chats"), 1);
  const list = useQuery({
    queryKey: ["chats", "list", page],
    queryFn: async ({ signal }) => {
      const query = { limit: ROWS, offset: (page - 1) * ROWS };
      return counted(await api.get("/internal/chat-sessions", { query, signal }));
    },
    placeholderData: keepPreviousData,
  });
  return (
    <Column
      id="chats"
      title={copy.board.chats}
      list={list}
      empty={copy.board.noChats}
      page={page}
      onPage={(next, options) => change({ chats: next === 1 ? null : next }, options)}
      row={(chat) => <ChatRow chat={chat} />}
    />
  );
}

export function ChatRow({ chat }: { chat: Chat }) {
  const { mayAct } = useRole();
  const [ending, setEnding] = useState(false);
  return (
    <article className="live-row">
      <div className="live-row-line">
        <span className="live-row-name">
          <Person kind="customer" id={chat.customer_id} name={chat.customer_name} />
          <span className="soft"> – </span>
          <Person kind="mitra" id={chat.mitra_id} name={chat.mitra_name} />
        </span>
        <Left
          until={chat.ends_at}
          of={Date.parse(chat.ends_at) - Date.parse(chat.started_at)}
          hotBelow={60}
        />
      </div>
      <div className="live-row-line small">
        <span className="live-row-facts">
          <Link href={`/payments/${chat.payment_session_id}`} className="quiet-link soft">
            {copy.minutes(chat.duration_minutes)}
          </Link>
          <span className="icon-text soft">
            <ChatIcon /> {copy.board.messages(chat.messages)}
          </span>
          {chat.mitra_presence !== "online" && <PresenceOf presence={chat.mitra_presence} />}
          {chat.extension_deadline_at && (
            <Badge tone="warm" icon={<ClockIcon />}>
              {copy.board.extensionPending} <Countdown until={chat.extension_deadline_at} />
            </Badge>
          )}
        </span>
        {mayAct && (
          <Button
            kind="quiet"
            size="small"
            aria-label={copy.board.endOf(chat.customer_name, chat.mitra_name)}
            onClick={() => setEnding(true)}
          >
            {copy.board.end}
          </Button>
        )}
      </div>
      {ending && <EndChatDialog chat={chat} onClose={() => setEnding(false)} />}
    </article>
  );
}
