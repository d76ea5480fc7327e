import { useAttempt } from "@curhat/kit";
import { type ReactNode, useEffect, useRef } from "react";
import { copy } from "../copy";
import { sentenceOf } from "../words";
import { FormDialog } from "./form-dialog";
import { TextArea } from "./text-area";

/** Asks for a note before something is done, and says beside it why it was refused. */
export function NoteDialog({
  children,
  label,
  hint,
  required = false,
  sentence = sentenceOf,
  onConfirm,
  ...dialog
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
  const { busy, wrong, setWrong, attempt } = useAttempt(sentence, true);
  const field = useRef<HTMLTextAreaElement>(null);

  useEffect(() => field.current?.focus(), []);

  function submit(given: (name: string) => string) {
    const note = given("note").trim();
    if (required && note === "") setWrong(copy.errors["note_is_missing"] ?? "");
    else void attempt(() => onConfirm(note));
  }

  return (
    <FormDialog {...dialog} before={children} busy={busy} onSubmit={submit}>
      <TextArea
        ref={field}
        name="note"
        label={label}
        hint={hint}
        maxLength={1000}
        required={required}
        error={wrong}
      />
    </FormDialog>
  );
}
