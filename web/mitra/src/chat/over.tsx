import { Card } from "@curhat/kit";
import { Link } from "wouter";
import { copy } from "../copy";
import type { Chat } from "../state";

export function Over({ chat }: { chat: Chat }) {
  return (
    <Card tone="calm" className="chat-over">
      <p role="status">{copy.chat.endedBecause[chat.end_reason ?? "time_up"](chat.customer.display_name)}</p>
      <Link href="/" className="button button-primary button-wide">
        {copy.goHome}
      </Link>
    </Card>
  );
}
