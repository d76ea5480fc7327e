import { Button, Card, callAnonymously, Field, Mark, Title, type TokenReply } from "@curhat/kit";
import { type FormEvent, useState } from "react";
import { copy } from "./copy";
import { session } from "./service";
import { sentenceOf } from "./words";
import "./sign-in.css";

/** Sign in by e-mail and password. */
export function SignIn() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const { signedOutBecause } = session;
  const notice = signedOutBecause && copy.signedOut[signedOutBecause];

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const email = String(given.get("email")).trim();
    const password = String(given.get("password"));
    if (email === "" || password === "") {
      setError(copy.signIn.missing);
      return;
    }
    setBusy(true);
    setError("");
    try {
      session.adopt(await callAnonymously<TokenReply>("/internal/auth/login", { email, password }));
    } catch (failure) {
      setError(sentenceOf(failure));
      setBusy(false);
    }
  }

  return (
    <main className="enter">
      <Card className="enter-card">
        <Mark size={48} />
        <Title page={copy.signIn.page}>{copy.signIn.title}</Title>
        <p>{copy.signIn.lead}</p>
        {notice && <p className="enter-notice">{notice}</p>}
        <form className="enter-form" onSubmit={submit} noValidate>
          <Field label={copy.signIn.email} name="email" type="email" autoComplete="username" required />
          <Field
            label={copy.signIn.password}
            name="password"
            type="password"
            autoComplete="current-password"
            required
            error={error}
          />
          <Button type="submit" wide busy={busy}>
            {copy.signIn.enter}
          </Button>
        </form>
      </Card>
    </main>
  );
}
