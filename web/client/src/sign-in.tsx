import { Mark, PhoneSignIn } from "@curhat/kit";
import { copy } from "./copy";
import { session } from "./service";
import "./sign-in.css";

/** The first screen of whoever is not signed in. */
export function SignIn() {
  const { signedOutBecause } = session;
  return (
    <main className="welcome">
      <header className="welcome-head">
        <Mark size={56} />
        <p className="welcome-name">Curhat</p>
      </header>
      <PhoneSignIn
        session={session}
        audience="customer"
        copy={copy.signIn}
        notice={signedOutBecause && copy.signedOut[signedOutBecause]}
      />
    </main>
  );
}
