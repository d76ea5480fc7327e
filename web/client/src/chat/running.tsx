import { Button, Composer, type Conversation, Dialog, DialogActions, useSecondsLeft } from "@curhat/kit";
import { useState } from "react";
import { endChat } from "../actions";
import { copy } from "../copy";
import { sentenceOf } from "../sentence";
import type { Chat, State } from "../state";
import { Extend, Pending, type Result, ResultNote } from "./extension";

const FIVE_MINUTES = 300;
const ONE_MINUTE = 60;

/** A chat that runs: warnings, more time, the end, and where one writes. */
export function Running({
  chat,
  state,
  conversation,
}: {
  chat: Chat;
  state: State;
  conversation: Conversation;
}) {
  const [dialog, setDialog] = useState<"extend" | "end" | null>(null);
  const extension = state.extensions.find((one) => one.chat_session_id === chat.id);
  const result: Result | undefined = state.outcomes[chat.id];
  return (
    <>
      <section className="chat-now">
        {result && <ResultNote key={result.extension_id} result={result} chat={chat} />}
        {extension ? <Pending extension={extension} chat={chat} /> : <Soon until={chat.ends_at} />}
        <div className="chat-actions">
          <Button
            kind="secondary"
            size="small"
            unavailable={Boolean(extension)}
            onClick={() => setDialog("extend")}
          >
            {copy.chat.extend}
          </Button>
          <Button kind="quiet" size="small" onClick={() => setDialog("end")}>
            {copy.chat.end}
          </Button>
        </div>
      </section>
      <Composer
        chatId={chat.id}
        label={copy.chat.write}
        placeholder={copy.chat.placeholder}
        send={copy.chat.send}
        onType={() => conversation.typed()}
        onSend={(body) => conversation.say(body)}
      />
      {dialog === "extend" && !extension && <Extend chat={chat} onClose={() => setDialog(null)} />}
      {dialog === "end" && <End chat={chat} onClose={() => setDialog(null)} />}
    </>
  );
}

/** Five minutes before the end, and one. */
function Soon({ until }: { until: string }) {
  const left = useSecondsLeft(until) ?? 0;
  const text =
    left > FIVE_MINUTES
      ? null
      : left > ONE_MINUTE
        ? copy.chat.fiveMinutes
        : left > 0
          ? copy.chat.oneMinute
          : copy.chat.closing;
  return (
    <p role="status" className="chat-soon" data-now={left <= ONE_MINUTE}>
      {text}
    </p>
  );
}

function End({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");

  async function end() {
    setBusy(true);
    setError("");
    try {
      await endChat(chat.id);
    } catch (failure) {
      setError(sentenceOf(failure));
      setBusy(false);
    }
  }

  return (
    <Dialog title={copy.chat.sure} kind="alertdialog" onClose={onClose}>
      <p>{copy.chat.sureText}</p>
      <p className="wrong" role="alert">
        {error}
      </p>
      <DialogActions>
        <Button onClick={onClose}>{copy.chat.no}</Button>
        <Button kind="danger" busy={busy} onClick={() => void end()}>
          {copy.chat.yes}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
