import { Button, useUser } from "@curhat/kit";
import { copy } from "./copy";
import { session } from "./service";
import { SignIn } from "./sign-in";

/** The customer's app. */
export function App() {
  const user = useUser(session);
  if (user === null) return <SignIn />;
  return (
    <main>
      <h1>{user.display_name}</h1>
      <Button kind="quiet" onClick={() => void session.signOut()}>
        {copy.signOut}
      </Button>
    </main>
  );
}
