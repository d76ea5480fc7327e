import { Button, Dialog, DialogActions, Field, slugOf, useToast, useWrong } from "@curhat/kit";
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
  const [field, setField] = useState("");
  const [error, setError] = useWrong();
  const toast = useToast();
  const words = copy.operators;
  const wrong = (of: string) => (of === field ? error : "");

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const [display_name, email, password] = ["name", "email", "password"].map((name) =>
      String(given.get(name)),
    );
    if (!password || password.length < copy.password.shortest) {
      setField("password");
      setError(copy.password.tooShort);
      return;
    }
    setBusy(true);
    setError("");
    try {
      await api.post("/internal/operators", {
        body: { display_name: display_name ?? "", email: email ?? "", role, password },
      });
      await queries.invalidateQueries({ queryKey: ["operators"] });
      toast({ text: words.added(display_name ?? "") });
      onClose();
    } catch (failure) {
      setField(FIELDS[slugOf(failure)] ?? "password");
      setError(sentenceOf(failure));
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
