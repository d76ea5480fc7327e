import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { callAnonymously } from "../api/client";
import { Refused, slugOf } from "../api/errors";
import { both, type Facts } from "../copy";
import { shownPhone } from "../format/phone";
import type { Session, TokenReply } from "../session/session";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Mark } from "../ui/logo";
import { Title } from "../ui/title";
import { deviceSecret } from "./device";
import "./sign-in.css";
import { storedInTab } from "../session/storage";

type SignInCopy = typeof both.signIn &
  Record<"page" | "title" | "lead" | "codePage" | "namePage" | "nameLead", string>;
type Audience = "customer" | "mitra";
type SentCode = { phone: string; resend_in: number };
/** What was entered so far: the step of the sign-in. */
interface Given {
  /** As the service normalizes it. */
  phone?: string;
  /** By this phone's clock. */
  resendAt?: number;
  code?: string;
  error?: string;
}

const CODE = /^\d{6}$/;

/** Sign in by phone number and one-time code; a new person also gives a name. */
export function PhoneSignIn({
  session,
  brand,
  copy,
}: {
  session: Session;
  brand: string;
  copy: { signIn: SignInCopy; signedOut: typeof both.signedOut };
}) {
  const { signedOutBecause } = session;
  return (
    <main className="screen">
      <p className="brand">
        <Mark size={48} />
        <span>{brand}</span>
      </p>
      <Steps
        session={session}
        audience={session.audience as Audience}
        copy={copy.signIn}
        notice={signedOutBecause && copy.signedOut[signedOutBecause]}
      />
    </main>
  );
}

function Steps({
  session,
  audience,
  copy,
  notice,
}: {
  session: Session;
  audience: Audience;
  copy: SignInCopy;
  /** Why somebody was signed out. */
  notice: ReactNode;
}) {
  const [given, setGiven] = useGiven(audience);
  const { phone, resendAt = 0, code, error = "" } = given;

  async function enter(withCode: string, name?: string) {
    const body = {
      phone,
      audience,
      device: deviceSecret(),
      code: withCode,
      ...(name && { display_name: name }),
    };
    try {
      const reply = await callAnonymously<TokenReply>("/api/auth/otp/verify", body);
      setGiven({});
      session.adopt(reply);
    } catch (failure) {
      const slug = slugOf(failure);
      if (slug === "display_name_required" && name === undefined) {
        setGiven({ ...given, code: withCode });
      } else if (slug === "otp_expired" && name !== undefined) {
        const { code: _, ...before } = given;
        setGiven({ ...before, error: sayOf(failure) });
      } else throw failure;
    }
  }

  if (phone === undefined) {
    return <NumberForm audience={audience} copy={copy} notice={notice} onSent={setGiven} />;
  }
  if (code === undefined) {
    return (
      <CodeForm
        audience={audience}
        copy={copy}
        phone={phone}
        resendAt={resendAt}
        wrong={error}
        onCode={enter}
        onOtherNumber={() => setGiven({})}
      />
    );
  }
  return <NameForm copy={copy} onName={(name) => enter(code, name)} />;
}

/** Kept in this tab, so that reading the message elsewhere does not lose the step. */
function useGiven(audience: Audience): [Given, (given: Given) => void] {
  const place = `curhat.sign-in.${audience}`;
  const [given, setGiven] = useState<Given>(() => JSON.parse(storedInTab.getItem(place) ?? "{}"));
  return [
    given,
    (next) => {
      const { phone, resendAt } = next;
      if (phone === undefined) storedInTab.removeItem(place);
      else storedInTab.setItem(place, JSON.stringify({ phone, resendAt }));
      setGiven(next);
    },
  ];
}

function sayOf(error: unknown): string {
  const { errors } = both.signIn;
  const said = errors[slugOf(error)] ?? errors.unexpected;
  return typeof said === "string" ? said : said(factsOf(error));
}

function factsOf(error: unknown): Facts {
  return (error instanceof Refused ? error.body : {}) as Facts;
}

/** When another code may be requested; the service gives the seconds. */
function inSeconds(seconds: number): number {
  return Date.now() + seconds * 1000;
}

/** Requests a code, unless one is still on its way. The service parses the number. */
async function ask(typed: string, audience: Audience): Promise<Required<Pick<Given, "phone" | "resendAt">>> {
  const body = { phone: typed, audience, device: deviceSecret() };
  try {
    const { phone, resend_in } = await callAnonymously<SentCode>("/api/auth/otp", body);
    return { phone, resendAt: inSeconds(resend_in) };
  } catch (error) {
    if (slugOf(error) !== "otp_too_soon") throw error;
    const { phone, retry_after } = factsOf(error);
    return { phone, resendAt: inSeconds(retry_after) };
  }
}

/** A form with one field; what `take` throws is shown beside it. */
function useForm(name: string, wrong: string, take: (value: string) => Promise<string | undefined>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(wrong);

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError("");
    try {
      setError((await take(String(new FormData(event.currentTarget).get(name)).trim())) ?? "");
    } catch (failure) {
      setError(sayOf(failure));
    }
    setBusy(false);
  }

  return { busy, error, setError, onSubmit };
}

function NumberForm({
  audience,
  copy,
  notice,
  onSent,
}: {
  audience: Audience;
  copy: SignInCopy;
  notice: ReactNode;
  onSent: (given: Given) => void;
}) {
  const form = useForm("phone", "", async (typed) => {
    onSent(await ask(typed, audience));
    return undefined;
  });

  return (
    <form className="sign-in" onSubmit={form.onSubmit} noValidate>
      <Title page={copy.page}>{copy.title}</Title>
      <p className="sign-in-lead">{copy.lead}</p>
      {notice && <p className="sign-in-notice">{notice}</p>}
      <Field
        label={copy.phone}
        hint={copy.phoneHint}
        error={form.error}
        name="phone"
        type="tel"
        inputMode="tel"
        autoComplete="tel"
        placeholder="0812 3456 7890"
        required
      />
      <Button type="submit" size="large" wide busy={form.busy}>
        {copy.send}
      </Button>
    </form>
  );
}

function CodeForm({
  audience,
  copy,
  phone,
  resendAt,
  wrong,
  onCode,
  onOtherNumber,
}: {
  audience: Audience;
  copy: SignInCopy;
  phone: string;
  resendAt: number;
  wrong: string;
  onCode: (code: string) => Promise<void>;
  onOtherNumber: () => void;
}) {
  const form = useForm("code", wrong, async (typed) => {
    resend.setSaid("");
    const code = typed.replace(/\D/g, "");
    if (!CODE.test(code)) return copy.codeWrong;
    await onCode(code);
  });
  const resend = useResend(resendAt, () => ask(phone, audience), form.setError);
  const { wait } = resend;

  return (
    <form className="sign-in" onSubmit={form.onSubmit} noValidate>
      <Title page={copy.codePage}>{copy.codeTitle}</Title>
      <p className="sign-in-lead">
        {copy.codeLead} <strong className="sign-in-phone">{shownPhone(phone)}</strong>
      </p>
      <Field
        label={copy.code}
        error={form.error}
        className="sign-in-code"
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="[0-9]*"
        maxLength={7}
        required
      />
      <Button type="submit" size="large" wide busy={form.busy}>
        {copy.enter}
      </Button>
      <p className="sign-in-said" role="status">
        {resend.said}
      </p>
      <div className="sign-in-more">
        <Button kind="quiet" size="small" unavailable={wait > 0} onClick={() => void resend.again()}>
          {wait > 0 ? copy.againIn(wait) : copy.again}
        </Button>
        <Button kind="quiet" size="small" onClick={onOtherNumber}>
          {copy.otherNumber}
        </Button>
      </div>
    </form>
  );
}

/** Requests another code after a wait. */
function useResend(
  resendAt: number,
  send: () => Promise<{ resendAt: number }>,
  setError: (sentence: string) => void,
) {
  const [until, setUntil] = useState(resendAt);
  const [said, setSaid] = useState("");

  async function again() {
    setError("");
    try {
      setUntil((await send()).resendAt);
      setSaid(both.signIn.sentAgain);
    } catch (failure) {
      setError(sayOf(failure));
    }
  }

  return { wait: useSecondsUntil(until), said, setSaid, again };
}

/** Seconds until a time by this phone's clock. */
function useSecondsUntil(time: number): number {
  const [now, setNow] = useState(Date.now);
  const left = Math.max(0, Math.ceil((time - now) / 1000));
  useEffect(() => {
    if (left === 0) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [left]);
  return left;
}

function NameForm({ copy, onName }: { copy: SignInCopy; onName: (name: string) => Promise<void> }) {
  const form = useForm("name", "", async (name) => {
    if (name === "") return copy.nameWrong;
    await onName(name);
  });

  return (
    <form className="sign-in" onSubmit={form.onSubmit} noValidate>
      <Title page={copy.namePage}>{copy.nameTitle}</Title>
      <p className="sign-in-lead">{copy.nameLead}</p>
      <Field
        label={copy.name}
        error={form.error}
        name="name"
        autoComplete="nickname"
        maxLength={240}
        required
      />
      <Button type="submit" size="large" wide busy={form.busy}>
        {copy.enter}
      </Button>
    </form>
  );
}
