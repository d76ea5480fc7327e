import { Avatar, Button, Dialog, DialogActions, useAttempt } from "@curhat/kit";
import { askAnother } from "./actions";
import { useAvailability } from "./availability";
import { copy } from "./copy";
import { sentenceOf } from "./sentence";
import type { Failure } from "./state";

/** The requested mitra is not available: another one on the same payment, or back. */
export function Unavailable({ failure, onLeave }: { failure: Failure; onLeave: () => void }) {
  const { available } = useAvailability();
  const { busy, wrong, attempt } = useAttempt(sentenceOf);
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
        {wrong}
      </p>
      <DialogActions>
        {available && (
          <Button busy={busy} onClick={() => void attempt(() => askAnother(failure.payment_session_id))}>
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
