import {
  Button,
  CountdownRing,
  Dialog,
  DialogActions,
  type Extension,
  ResultNote,
  useAttempt,
} from "@curhat/kit";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { extend, type Tier } from "../actions";
import { copy } from "../copy";
import { pricing } from "../pricing";
import { sentenceOf } from "../sentence";
import type { Chat, Outcome } from "../state";
import { Tiers, Total } from "../tiers";

/** Choose more minutes. The mitra is asked first, and nothing is charged before the answer. */
export function Extend({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const { data, isError, refetch } = useQuery(pricing(true));
  const [picked, setPicked] = useState<string | null>(null);
  const { busy, wrong, attempt } = useAttempt(sentenceOf, true);
  const tiers = data?.tiers ?? [];
  const tier = tiers.find(({ id }) => id === picked) ?? tiers[0];

  async function ask(chosen: Tier) {
    await extend(chat.id, chosen);
    onClose();
  }

  return (
    <Dialog title={copy.extension.title} onClose={onClose}>
      <p>{copy.extension.text(chat.mitra.display_name)}</p>
      {data ? (
        <Tiers tiers={tiers} chosen={tier} onChoose={({ id }) => setPicked(id)} />
      ) : (
        <p role="status">{isError ? copy.payment.failed : copy.payment.loading}</p>
      )}
      <Total tier={tier} label={copy.extension.total} />
      <p className="wrong" role="alert">
        {wrong}
      </p>
      <DialogActions>
        {isError ? (
          <Button onClick={() => void refetch()}>{copy.retry}</Button>
        ) : (
          <Button busy={busy} unavailable={!tier} onClick={() => tier && void attempt(() => ask(tier))}>
            {copy.extension.ask}
          </Button>
        )}
        <Button kind="quiet" onClick={onClose}>
          {copy.back}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** An extension that waits for its answer, and what happens without one. */
export function Pending({ extension, chat }: { extension: Extension; chat: Chat }) {
  const whole = (Date.parse(extension.deadline_at) - Date.parse(extension.requested_at)) / 1000;
  return (
    <div className="chat-pending" role="status">
      <CountdownRing until={extension.deadline_at} of={whole} />
      <p>
        <strong>{copy.extension.waiting(chat.mitra.display_name)}</strong>
        <br />
        {copy.extension.waitingMinutes(extension.duration_minutes)}.{" "}
        {copy.extension[extension.default_action]}
      </p>
    </div>
  );
}

export function Result({ outcome, chat }: { outcome: Outcome; chat: Chat }) {
  return (
    <ResultNote approved={outcome.type === "EXTENSION_APPROVED"}>
      {sentence(outcome, chat.mitra.display_name)}
    </ResultNote>
  );
}

function sentence(result: Outcome, name: string): string {
  const { outcome } = copy.extension;
  if (result.type === "EXTENSION_APPROVED") {
    return result.auto ? outcome.autoApproved : outcome.approved(name);
  }
  switch (result.cause_tag) {
    case "targeted_mitra_rejected":
    case "targeted_mitra_timeout":
    case "targeted_mitra_offline":
      return outcome[result.cause_tag](name);
    default:
      return outcome.other;
  }
}
