import { useToast } from "@curhat/kit";
import { copy } from "../copy";
import { refresh } from "../live/live";
import { api } from "../service";
import type { Chat, Mitra } from "../shapes";
import { NoteDialog } from "../ui/note-dialog";

/** Ends a chat, with a note. */
export function EndChatDialog({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const toast = useToast();
  return (
    <NoteDialog
      title={copy.board.endTitle}
      label={copy.board.endNote}
      confirm={copy.board.end}
      required
      danger
      onClose={onClose}
      onConfirm={async (note) => {
        const path = { chat_session_id: chat.id };
        await api.post("/internal/chat-sessions/{chat_session_id}/end", { path, body: { note } });
        refresh("chats");
        toast({ text: copy.board.endDone });
        onClose();
      }}
    >
      <p>
        <strong>
          {chat.customer_name} – {chat.mitra_name}
        </strong>
      </p>
      <p>{copy.board.endText}</p>
    </NoteDialog>
  );
}

/** Sets a mitra offline, with a note. */
export function ForceOfflineDialog({
  mitra,
  onClose,
}: {
  mitra: Pick<Mitra, "id" | "display_name" | "active_chats">;
  onClose: () => void;
}) {
  const toast = useToast();
  return (
    <NoteDialog
      title={copy.board.forceTitle}
      label={copy.board.forceNote}
      confirm={copy.board.force}
      required
      danger
      onClose={onClose}
      onConfirm={async (note) => {
        await api.post("/internal/mitras/{mitra_id}/offline", {
          path: { mitra_id: mitra.id },
          body: { note },
        });
        refresh("mitras");
        toast({ text: copy.board.forceDone(mitra.display_name) });
        onClose();
      }}
    >
      <p>
        <strong>{mitra.display_name}</strong>
      </p>
      <p>{copy.board.forceText(mitra.active_chats)}</p>
    </NoteDialog>
  );
}
