import { Avatar, Button, Dialog, DialogActions, useWrong } from "@curhat/kit";
import { useCallback, useState } from "react";
import { askAnother } from "./actions";
import { useAvailability } from "./availability";
import { copy } from "./copy";
import { sentenceOf } from "./sentence";
import type { Failure } from "./state";

/** The bestie who was asked again cannot be had: another one, on the same payment, or back. */
export function Unavailable({ failure, onLeave }: { failure: Failure; onLeave: () => void }) {
  const { available } = useAvailability();
  const { ask, busy, error } = useAskAnother(failure.payment_session_id);
  const name = failure.mitra?.display_name ?? copy.unnamed;
  return (
    <Dialog
      title={copy.unavailable.title}
      kind="alertdialog"
      onClose={onLeave}
      picture={<Avatar name={name} size="large" />}
    >
      <p>{copy.unavailable.because[failure.cause_tag]?.(name)}</p>
      <p role="status">{available ? copy.unavailable.offer : copy.unavailable.nobody}</p>
      <p className="wrong" role="alert">
        {error}
      </p>
      <DialogActions>
        {available && (
          <Button busy={busy} onClick={ask}>
            {copy.unavailable.other}
          </Button>
        )}
        <Button kind="secondary" onClick={onLeave}>
          {copy.unavailable.back}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** "Chat dengan bestie lain". */
export function useAskAnother(paymentId: string): { ask: () => void; busy: boolean; error: string } {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useWrong();
  const ask = useCallback(() => {
    setBusy(true);
    setError("");
    askAnother(paymentId)
      .catch((failure) => setError(sentenceOf(failure)))
      .finally(() => setBusy(false));
  }, [paymentId, setError]);
  return { ask, busy, error };
}
