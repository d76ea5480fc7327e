import { Avatar, Button, Title } from "@curhat/kit";
import { useCallback, useEffect } from "react";
import { useLocation } from "wouter";
import { copy } from "./copy";
import type { Chat } from "./state";

/** The chat opens by itself, because its time is running. */
const OPENS_AFTER_MS = 3_000;

/** A mitra has accepted; the chat was not opened in this browser yet. */
export function Found({ chat, onOpen }: { chat: Chat; onOpen: () => void }) {
  const [, navigate] = useLocation();
  const open = useCallback(() => {
    navigate(`/chat/${chat.id}`, { replace: true });
    onOpen();
  }, [chat.id, navigate, onOpen]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for a chat
  useEffect(() => {
    const timer = setTimeout(open, OPENS_AFTER_MS);
    return () => clearTimeout(timer);
  }, [chat.id]);

  return (
    <main className="screen screen-center">
      <div className="found-avatar">
        <Avatar name={chat.mitra.display_name} size="large" />
      </div>
      <Title page={copy.found.page} className="screen-title">
        {copy.found.title}
      </Title>
      <p className="lead">{copy.found.text(chat.mitra.display_name)}</p>
      <footer className="screen-foot">
        <Button size="large" wide onClick={open}>
          {copy.found.open}
        </Button>
      </footer>
    </main>
  );
}
