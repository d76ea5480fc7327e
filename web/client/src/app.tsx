import { Connected, NotFound, PhoneSignIn, useStored, useUser } from "@curhat/kit";
import { useEffect } from "react";
import { Route, Switch, useLocation } from "wouter";
import { useAvailability } from "./availability";
import { Chat } from "./chat/chat";
import { copy } from "./copy";
import { Failed } from "./failed";
import { Found } from "./found";
import { History } from "./history";
import { Home } from "./home";
import { Payment } from "./payment";
import { demandOf } from "./screens";
import { Searching } from "./searching";
import { belongings, live, session } from "./service";
import { Starting } from "./starting";
import type { State } from "./state";
import { Unavailable } from "./unavailable";

export function App() {
  const user = useUser(session);
  return user === null ? (
    <PhoneSignIn session={session} brand="Curhat" copy={copy} />
  ) : (
    <SignedIn key={user.id} />
  );
}

function SignedIn() {
  return (
    <Connected
      live={live}
      meanwhile={
        <Route path="/">
          <AskAhead />
        </Route>
      }
    >
      {(state) => <Screen state={state} />}
    </Connected>
  );
}

/** Loads what the home screen needs before the snapshot is there. */
function AskAhead() {
  useAvailability();
  return null;
}

/** The screen that the state demands, else the one of the address. */
function Screen({ state }: { state: State }) {
  const [failure, putAway] = useStored(belongings.place("seen-failure"));
  const [chat, opened] = useStored(belongings.place("opened-chat"));
  const [path, navigate] = useLocation();
  const demand = demandOf(state, { failure, chat });
  // After a payment the way back leads home, not to another payment.
  const paid = demand.screen !== "free" && path === "/payment";
  useEffect(() => {
    if (paid) navigate("/", { replace: true });
  }, [paid, navigate]);

  switch (demand.screen) {
    case "searching":
      return <Searching key={demand.search.id} search={demand.search} />;
    case "starting":
      return <Starting key={demand.payment.id} payment={demand.payment} />;
    case "unavailable":
      return (
        <>
          <Home state={state} />
          <Unavailable
            key={demand.failure.failure_id}
            failure={demand.failure}
            onLeave={() => putAway(demand.failure.failure_id)}
          />
        </>
      );
    case "failed":
      return <Failed failure={demand.failure} onLeave={() => putAway(demand.failure.failure_id)} />;
    case "found":
      return <Found key={demand.chat.id} chat={demand.chat} onOpen={() => opened(demand.chat.id)} />;
    case "free":
      return <Free state={state} />;
  }
}

function Free({ state }: { state: State }) {
  return (
    <Switch>
      <Route path="/">
        <Home state={state} />
      </Route>
      <Route path="/payment">
        <Payment state={state} />
      </Route>
      <Route path="/history">
        <History state={state} />
      </Route>
      <Route path="/chat/:id">{({ id }) => <Chat key={id} id={id} state={state} />}</Route>
      <Route>
        <NotFound as="main" page={copy.notFound.page} />
      </Route>
    </Switch>
  );
}
