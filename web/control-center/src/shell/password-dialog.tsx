import { Button, Dialog, DialogActions, Field, slugOf, useToast, useWrong } from "@curhat/kit";
import { type FormEvent, useState } from "react";
import { copy } from "../copy";
import { api, session } from "../service";
import { sentenceOf } from "../words";

/** Chooses another password for oneself; every other device is signed out. */
export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const [field, setField] = useState<"old" | "new">("new");
  const [error, setError] = useWrong();
  const toast = useToast();
  const words = copy.password;

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const [old, next] = [String(given.get("old")), String(given.get("new"))];
    if (next.length < words.shortest) {
      setField("new");
      setError(words.tooShort);
      return;
    }
    setBusy(true);
    setError("");
    try {
      session.adopt(
        await api.post("/internal/auth/password", { body: { password: old, new_password: next } }),
      );
      toast({ text: words.changed });
      onClose();
    } catch (failure) {
      setField(slugOf(failure) === "password_wrong" ? "old" : "new");
      setError(sentenceOf(failure));
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
          error={field === "old" && error}
        />
        <Field
          label={words.next}
          name="new"
          type="password"
          autoComplete="new-password"
          required
          hint={words.hint}
          error={field === "new" && error}
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
