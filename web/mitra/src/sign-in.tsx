import { Mark, PhoneSignIn } from "@curhat/kit";
import { copy } from "./copy";
import { session } from "./service";

/** The first screen of whoever is not signed in. */
export function SignIn() {
  const { signedOutBecause } = session;
  return (
    <main className="screen">
      <p className="brand">
        <Mark size={48} />
        <span>Curhat Mitra</span>
      </p>
      <PhoneSignIn
        session={session}
        audience="mitra"
        copy={copy.signIn}
        notice={signedOutBecause && copy.signedOut[signedOutBecause]}
      />
    </main>
  );
}
