import { Button, Dialog, DialogActions, useWrong } from "@curhat/kit";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { copy } from "../copy";
import { sentenceOf } from "../words";
import { TextArea } from "./text-area";
import "./note-dialog.css";

/** Asks for a note before something is done, and says beside it why it could not be done. */
export function NoteDialog({
  title,
  children,
  label,
  hint,
  required = false,
  confirm,
  danger = false,
  sentence = sentenceOf,
  onConfirm,
  onClose,
}: {
  title: string;
  children?: ReactNode;
  label: string;
  hint?: string;
  required?: boolean;
  confirm: string;
  danger?: boolean;
  sentence?: (error: unknown) => string;
  /** What it throws is shown, and the dialog stays. */
  onConfirm: (note: string) => Promise<void>;
  onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useWrong();
  const field = useRef<HTMLTextAreaElement>(null);

  useEffect(() => field.current?.focus(), []);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget).get("note")).trim();
    if (required && note === "") {
      setError(copy.errors["note_is_missing"] ?? "");
      return;
    }
    setBusy(true);
    setError("");
    try {
      await onConfirm(note);
    } catch (failure) {
      setError(sentence(failure));
      setBusy(false);
    }
  }

  return (
    <Dialog title={title} onClose={onClose} className="note-dialog">
      {children}
      <form className="note-form" onSubmit={submit} noValidate>
        <TextArea
          ref={field}
          name="note"
          label={label}
          hint={hint}
          maxLength={1000}
          required={required}
          error={error}
        />
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            {copy.cancel}
          </Button>
          <Button type="submit" kind={danger ? "danger" : "primary"} busy={busy}>
            {confirm}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
