import { Avatar, Countdown, last, useConversation } from "@curhat/kit";
import { Link } from "wouter";
import { copy } from "./copy";
import { conversations } from "./service";
import type { Chat } from "./state";

/** The running chats, with the last message and the unread count. */
export function Chats({ chats, open }: { chats: readonly Chat[]; open: string | null }) {
  return (
    <section className="side-part">
      <h2>{copy.home.chats}</h2>
      {chats.length === 0 ? (
        <p className="side-none">{copy.home.none}</p>
      ) : (
        <ul className="talks">
          {chats.map((chat) => (
            <Entry key={chat.id} chat={chat} open={chat.id === open} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Entry({ chat, open }: { chat: Chat; open: boolean }) {
  const conversation = conversations.get(chat.id);
  const { messages, typing } = useConversation(conversation);
  const { unread } = conversation;
  const newest = last(messages);
  const said = newest && (newest.sender === "mitra" ? copy.home.you(newest.body) : newest.body);
  return (
    <li>
      <Link href={`/chat/${chat.id}`} className="talk" aria-current={open ? "page" : undefined}>
        <Avatar name={chat.customer.display_name} />
        <span className="talk-what">
          <strong>{chat.customer.display_name}</strong>
          <span className="talk-last">{typing ? copy.home.typing : (said ?? copy.home.noMessages)}</span>
        </span>
        <span className="talk-side">
          <span className="visually-hidden">{copy.home.left}</span>
          <Countdown until={chat.ends_at} />
          {unread > 0 && <Unread count={unread} />}
        </span>
      </Link>
    </li>
  );
}

export function Unread({ count }: { count: number }) {
  return (
    <span className="unread">
      <span aria-hidden="true">{count > 99 ? "99+" : count}</span>
      <span className="visually-hidden">{copy.home.unread(count)}</span>
    </span>
  );
}
