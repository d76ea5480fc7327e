import { useState } from "react";
import { Button } from "../ui/button";
import { Dialog, DialogActions } from "../ui/dialog";
import { useWrong } from "../ui/wrong";

/** Asks whether a chat is really to be ended. `sentenceOf`: what is said when it could not be. */
export function EndChat({
  copy,
  onEnd,
  sentenceOf,
  onClose,
}: {
  copy: { sure: string; sureText: string; yes: string; no: string };
  onEnd: () => Promise<void>;
  sentenceOf: (error: unknown) => string;
  onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useWrong();

  async function end() {
    setBusy(true);
    setError("");
    try {
      await onEnd();
    } catch (failure) {
      setError(sentenceOf(failure));
      setBusy(false);
    }
  }

  return (
    <Dialog title={copy.sure} kind="alertdialog" onClose={onClose}>
      <p>{copy.sureText}</p>
      <p className="wrong" role="alert">
        {error}
      </p>
      <DialogActions>
        <Button onClick={onClose}>{copy.no}</Button>
        <Button kind="danger" busy={busy} onClick={() => void end()}>
          {copy.yes}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
