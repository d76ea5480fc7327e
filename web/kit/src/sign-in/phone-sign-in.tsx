import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { callAnonymously } from "../api/client";
import { Refused, slugOf } from "../api/errors";
import { phoneNumber, shownPhone } from "../format/phone";
import type { Session, TokenReply } from "../session/session";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Title } from "../ui/title";
import "./sign-in.css";

export interface SignInCopy {
  page: string;
  title: ReactNode;
  lead: ReactNode;
  phone: string;
  phoneHint: string;
  phoneWrong: string;
  send: string;
  codePage: string;
  codeTitle: ReactNode;
  /** The number is put after it. */
  codeLead: string;
  code: string;
  codeWrong: string;
  name: string;
  nameHint: string;
  enter: string;
  again: string;
  /** After the seconds. */
  againIn: (seconds: number) => string;
  otherNumber: string;
  /** By slug of the refusal; `unexpected` for every other. */
  errors: Record<string, string> & { unexpected: string };
}

const AGAIN_SECONDS = 30;

/** Signing in by phone number and one-time code, for both who have one. */
export function PhoneSignIn({
  session,
  audience,
  copy,
  notice,
}: {
  session: Session;
  audience: "customer" | "mitra";
  copy: SignInCopy;
  /** Why somebody is here who has been signed in before. */
  notice?: ReactNode;
}) {
  const [phone, setPhone] = useState<string | null>(null);
  return phone === null ? (
    <NumberForm audience={audience} copy={copy} notice={notice} onSent={setPhone} />
  ) : (
    <CodeForm
      session={session}
      audience={audience}
      copy={copy}
      phone={phone}
      onOtherNumber={() => setPhone(null)}
    />
  );
}

function sayOf(copy: SignInCopy, error: unknown): string {
  return copy.errors[slugOf(error)] ?? copy.errors.unexpected;
}

function NumberForm({
  audience,
  copy,
  notice,
  onSent,
}: {
  audience: string;
  copy: SignInCopy;
  notice: ReactNode;
  onSent: (phone: string) => void;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const phone = phoneNumber(String(new FormData(event.currentTarget).get("phone")));
    if (phone === null) {
      setError(copy.phoneWrong);
      return;
    }
    setBusy(true);
    setError("");
    try {
      await callAnonymously("/api/auth/otp", { phone, audience });
      onSent(phone);
    } catch (failure) {
      setError(sayOf(copy, failure));
      setBusy(false);
    }
  }

  return (
    <form className="sign-in" onSubmit={submit} noValidate>
      <Title page={copy.page}>{copy.title}</Title>
      <p className="sign-in-lead">{copy.lead}</p>
      {notice && <p className="sign-in-notice">{notice}</p>}
      <Field
        label={copy.phone}
        hint={copy.phoneHint}
        error={error}
        name="phone"
        type="tel"
        inputMode="tel"
        autoComplete="tel"
        placeholder="0812 3456 7890"
        required
      />
      <Button type="submit" size="large" wide busy={busy}>
        {copy.send}
      </Button>
    </form>
  );
}

function CodeForm({
  session,
  audience,
  copy,
  phone,
  onOtherNumber,
}: {
  session: Session;
  audience: string;
  copy: SignInCopy;
  phone: string;
  onOtherNumber: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const [asksName, setAsksName] = useState(false);
  const [wait, setWait] = useState(AGAIN_SECONDS);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const code = String(given.get("code")).replace(/\D/g, "");
    const name = String(given.get("name") ?? "").trim();
    if (code.length < 4) {
      setError(copy.codeWrong);
      return;
    }
    setBusy(true);
    setError("");
    try {
      const body = { phone, audience, code, ...(name && { display_name: name }) };
      session.adopt(await callAnonymously<TokenReply>("/api/auth/otp/verify", body));
    } catch (failure) {
      if (failure instanceof Refused && failure.slug === "display_name_required") setAsksName(true);
      else setError(sayOf(copy, failure));
      setBusy(false);
    }
  }

  async function again() {
    setWait(AGAIN_SECONDS);
    setError("");
    try {
      await callAnonymously("/api/auth/otp", { phone, audience });
    } catch (failure) {
      setError(sayOf(copy, failure));
    }
  }

  return (
    <form className="sign-in" onSubmit={submit} noValidate ref={form}>
      <Title page={copy.codePage}>{copy.codeTitle}</Title>
      <p className="sign-in-lead">
        {copy.codeLead} <strong className="sign-in-phone">{shownPhone(phone)}</strong>
      </p>
      <Field
        label={copy.code}
        error={error}
        className="sign-in-code"
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="[0-9]*"
        maxLength={8}
        required
      />
      {asksName && (
        <Field
          label={copy.name}
          hint={copy.nameHint}
          name="name"
          autoComplete="nickname"
          maxLength={40}
          required
        />
      )}
      <Button type="submit" size="large" wide busy={busy}>
        {copy.enter}
      </Button>
      <div className="sign-in-more">
        <Button kind="quiet" size="small" unavailable={wait > 0} onClick={again}>
          {wait > 0 ? copy.againIn(wait) : copy.again}
        </Button>
        <Button kind="quiet" size="small" onClick={onOtherNumber}>
          {copy.otherNumber}
        </Button>
      </div>
    </form>
  );
}
