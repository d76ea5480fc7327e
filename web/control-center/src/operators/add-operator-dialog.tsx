import { Button, Dialog, DialogActions, Field, slugOf, useToast } from "@curhat/kit";
import { type FormEvent, useState } from "react";
import { copy } from "../copy";
import { api, queries } from "../service";
import type { Role } from "../shapes";
import { Choice } from "../ui/choice";
import { sentenceOf } from "../words";
import { ROLES } from "./roles";

/** The field that a refusal is about. */
const FIELDS: Record<string, "name" | "email" | "password"> = {
  display_name_required: "name",
  display_name_invalid: "name",
  invalid_email: "email",
  email_already_taken: "email",
};

/** Takes somebody on, with the password that they sign in with first. */
export function AddOperatorDialog({ onClose }: { onClose: () => void }) {
  const [role, setRole] = useState<Role>("operator");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<{ field: string; sentence: string } | null>(null);
  const toast = useToast();
  const words = copy.operators;
  const wrong = (field: string) => (error?.field === field ? error.sentence : "");

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const [display_name, email, password] = ["name", "email", "password"].map((name) =>
      String(given.get(name)),
    );
    if (!password || password.length < copy.password.shortest) {
      setError({ field: "password", sentence: copy.password.tooShort });
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await api.post("/internal/operators", {
        body: { display_name: display_name ?? "", email: email ?? "", role, password },
      });
      await queries.invalidateQueries({ queryKey: ["operators"] });
      toast({ text: words.added(display_name ?? "") });
      onClose();
    } catch (failure) {
      setError({ field: FIELDS[slugOf(failure)] ?? "password", sentence: sentenceOf(failure) });
      setBusy(false);
    }
  }

  return (
    <Dialog title={words.add} onClose={onClose} className="note-dialog">
      <form className="note-form" onSubmit={submit} noValidate>
        <Field label={words.columns.name} name="name" autoComplete="off" required error={wrong("name")} />
        <Field
          label={words.columns.email}
          name="email"
          type="email"
          autoComplete="off"
          required
          error={wrong("email")}
        />
        <Choice
          label={words.columns.role}
          options={ROLES.map((value) => ({ value, label: copy.me.roles[value] }))}
          value={role}
          onChoose={setRole}
        />
        <p className="soft small">{words.roleMeans[role]}</p>
        <Field
          label={words.firstPassword}
          name="password"
          type="password"
          autoComplete="new-password"
          required
          hint={copy.password.hint}
          error={wrong("password")}
        />
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            {copy.cancel}
          </Button>
          <Button type="submit" busy={busy}>
            {words.add}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
