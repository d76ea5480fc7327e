import { both } from "../copy";
import { useAttempt } from "../ui/attempt";
import { Button } from "../ui/button";
import { Dialog, DialogActions } from "../ui/dialog";

/** Asks before a chat is ended. */
export function EndChat({
  copy,
  onEnd,
  sentenceOf,
  onClose,
}: {
  copy: { sureText: string; no: string };
  onEnd: () => Promise<void>;
  sentenceOf: (error: unknown) => string;
  onClose: () => void;
}) {
  const { busy, wrong, attempt } = useAttempt(sentenceOf, true);
  return (
    <Dialog title={both.chat.sure} kind="alertdialog" onClose={onClose}>
      <p>{copy.sureText}</p>
      <p className="wrong" role="alert">
        {wrong}
      </p>
      <DialogActions>
        <Button onClick={onClose}>{copy.no}</Button>
        <Button kind="danger" busy={busy} onClick={() => void attempt(onEnd)}>
          {both.chat.yes}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
