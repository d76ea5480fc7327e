import { Field, slugOf, useAttempt, useToast } from "@curhat/kit";
import { useState } from "react";
import { copy } from "../copy";
import { api, queries } from "../service";
import type { Role } from "../shapes";
import { Choice } from "../ui/choice";
import { FormDialog } from "../ui/form-dialog";
import { sentenceOf } from "../words";
import { ROLES } from "./roles";

/** The field that a refusal is about. */
const FIELDS: Record<string, "name" | "email" | "password"> = {
  display_name_required: "name",
  display_name_invalid: "name",
  invalid_email: "email",
  email_already_taken: "email",
};

/** Adds an operator, with the password for their first sign-in. */
export function AddOperatorDialog({ onClose }: { onClose: () => void }) {
  const [role, setRole] = useState<Role>("operator");
  const [field, setField] = useState("");
  const { busy, wrong, setWrong, attempt } = useAttempt((failure) => {
    setField(FIELDS[slugOf(failure)] ?? "password");
    return sentenceOf(failure);
  }, true);
  const toast = useToast();
  const words = copy.operators;
  const errorOf = (name: string) => (name === field ? wrong : "");

  function submit(given: (name: string) => string) {
    const body = { display_name: given("name"), email: given("email"), role, password: given("password") };
    if (body.password.length < copy.password.shortest) {
      setField("password");
      setWrong(copy.password.tooShort);
      return;
    }
    void attempt(async () => {
      await api.post("/internal/operators", { body });
      await queries.invalidateQueries({ queryKey: ["operators"] });
      toast({ text: words.added(body.display_name) });
      onClose();
    });
  }

  return (
    <FormDialog title={words.add} confirm={words.add} busy={busy} onSubmit={submit} onClose={onClose}>
      <Field label={words.columns.name} name="name" autoComplete="off" required error={errorOf("name")} />
      <Field
        label={words.columns.email}
        name="email"
        type="email"
        autoComplete="off"
        required
        error={errorOf("email")}
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
        error={errorOf("password")}
      />
    </FormDialog>
  );
}
