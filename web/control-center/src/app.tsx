import { useUser } from "@curhat/kit";
import { useEffect } from "react";
import { Redirect, Route, Switch } from "wouter";
import { BoardPage } from "./board/board-page";
import { CustomerPage } from "./customers/customer-page";
import { CustomersPage } from "./customers/customers-page";
import { DashboardPage } from "./dashboard/dashboard-page";
import { FailuresPage } from "./failures/failures-page";
import { live } from "./live/live";
import { MitraPage } from "./mitras/mitra-page";
import { MitrasPage } from "./mitras/mitras-page";
import { OperatorsPage } from "./operators/operators-page";
import { queries, session } from "./service";
import { SettingsPage } from "./settings/settings-page";
import { Nowhere } from "./shell/nowhere";
import { Shell } from "./shell/shell";
import { SignIn } from "./sign-in";
import { PaymentPage } from "./story/payment-page";

/** The operators' app. Signing in keeps the address. */
export function App() {
  const user = useUser(session);
  return user === null ? <SignIn /> : <SignedIn key={user.id} />;
}

function SignedIn() {
  useEffect(() => {
    live.start();
    return () => {
      live.stop();
      queries.clear(); // the next operator at this desk must not see it
    };
  }, []);

  return (
    <Shell>
      <Switch>
        <Route path="/">
          <Redirect to="/dashboard" replace />
        </Route>
        <Route path="/dashboard" component={DashboardPage} />
        <Route path="/live/:request?" component={BoardPage} />
        <Route path="/failed-pairings/:failure?" component={FailuresPage} />
        <Route path="/payments/:payment" component={PaymentPage} />
        <Route path="/mitras" component={MitrasPage} />
        <Route path="/mitras/:mitra" component={MitraPage} />
        <Route path="/customers" component={CustomersPage} />
        <Route path="/customers/:customer" component={CustomerPage} />
        <Route path="/settings" component={SettingsPage} />
        <Route path="/operators" component={OperatorsPage} />
        <Route component={Nowhere} />
      </Switch>
    </Shell>
  );
}
