import { Button, Card } from "@curhat/kit";
import { Link, useLocation } from "wouter";
import { copy } from "../copy";
import type { Chat, State } from "../state";

/** Why the chat ended, and what can be done next. */
export function Over({ chat, state }: { chat: Chat; state: State }) {
  const [, navigate] = useLocation();
  const name = chat.mitra.display_name;
  const current = state.chats.find(({ id }) => id !== chat.id);
  return (
    <Card tone="calm" className="chat-over">
      <p role="status">{copy.chat.endedBecause[chat.end_reason ?? "time_up"](name)}</p>
      {current ? (
        <Link href={`/chat/${current.id}`} replace className="button button-primary button-wide">
          {copy.chat.toCurrent}
        </Link>
      ) : (
        <Button wide onClick={() => navigate(`/payment?targetedMitraId=${chat.mitra.id}`)}>
          {copy.chat.again(name)}
        </Button>
      )}
      <Link href="/" className="button button-quiet button-wide">
        {copy.goHome}
      </Link>
    </Card>
  );
}
