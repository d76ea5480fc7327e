import { Field, slugOf, useAttempt, useToast } from "@curhat/kit";
import { useState } from "react";
import { copy } from "../copy";
import { api, session } from "../service";
import { FormDialog } from "../ui/form-dialog";
import { sentenceOf } from "../words";

/** Chooses another password for oneself; every other device is signed out. */
export function PasswordDialog({ onClose }: { onClose: () => void }) {
  const [field, setField] = useState<"old" | "new">("new");
  const { busy, wrong, setWrong, attempt } = useAttempt((failure) => {
    setField(slugOf(failure) === "password_wrong" ? "old" : "new");
    return sentenceOf(failure);
  }, true);
  const toast = useToast();
  const words = copy.password;

  function submit(given: (name: string) => string) {
    const body = { password: given("old"), new_password: given("new") };
    if (body.new_password.length < words.shortest) {
      setField("new");
      setWrong(words.tooShort);
      return;
    }
    void attempt(async () => {
      session.adopt(await api.post("/internal/auth/password", { body }));
      toast({ text: words.changed });
      onClose();
    });
  }

  return (
    <FormDialog title={words.title} confirm={words.change} busy={busy} onSubmit={submit} onClose={onClose}>
      <p className="soft">{words.text}</p>
      <Field
        label={words.old}
        name="old"
        type="password"
        autoComplete="current-password"
        required
        error={field === "old" && wrong}
      />
      <Field
        label={words.next}
        name="new"
        type="password"
        autoComplete="new-password"
        required
        hint={words.hint}
        error={field === "new" && wrong}
      />
    </FormDialog>
  );
}
