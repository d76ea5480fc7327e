import { Button, Dialog, DialogActions, Field, slugOf, useToast } from "@curhat/kit";
import { type FormEvent, useState } from "react";
import { copy } from "../copy";
import { api, session } from "../service";
import { sentenceOf } from "../words";

/** Chooses another password for oneself; every other device is signed out. */
export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<{ field: "old" | "new"; sentence: string } | null>(null);
  const toast = useToast();
  const words = copy.password;

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const [old, next] = [String(given.get("old")), String(given.get("new"))];
    if (next.length < words.shortest) {
      setError({ field: "new", sentence: words.tooShort });
      return;
    }
    setBusy(true);
    setError(null);
    try {
      session.adopt(
        await api.post("/internal/auth/password", { body: { password: old, new_password: next } }),
      );
      toast({ text: words.changed });
      onClose();
    } catch (failure) {
      setError({
        field: slugOf(failure) === "password_wrong" ? "old" : "new",
        sentence: sentenceOf(failure),
      });
      setBusy(false);
    }
  }

  return (
    <Dialog title={words.title} onClose={onClose} className="note-dialog">
      <form className="note-form" onSubmit={submit} noValidate>
        <p className="soft">{words.text}</p>
        <Field
          label={words.old}
          name="old"
          type="password"
          autoComplete="current-password"
          required
          error={error?.field === "old" && error.sentence}
        />
        <Field
          label={words.next}
          name="new"
          type="password"
          autoComplete="new-password"
          required
          hint={words.hint}
          error={error?.field === "new" && error.sentence}
        />
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            {copy.cancel}
          </Button>
          <Button type="submit" busy={busy}>
            {words.change}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
