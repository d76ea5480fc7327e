import { Connected, PhoneSignIn, useUser } from "@curhat/kit";
import { Router, useRoute } from "wouter";
import { copy } from "./copy";
import { Desk } from "./desk";
import { live, session } from "./service";

/** The path that the app is served at. */
const BASE = import.meta.env.BASE_URL.replace(/\/$/, "");

export function App() {
  const user = useUser(session);
  if (user === null) return <PhoneSignIn session={session} brand="Curhat Mitra" copy={copy} />;
  return (
    <Router base={BASE}>
      <SignedIn key={user.id} />
    </Router>
  );
}

function SignedIn() {
  const [inChat, chat] = useRoute("/chat/:id");
  const [atHome] = useRoute("/");
  const place = inChat ? { chat: chat.id } : atHome ? "home" : "nowhere";
  return (
    <Connected live={live}>{(state, lost) => <Desk state={state} lost={lost} place={place} />}</Connected>
  );
}
