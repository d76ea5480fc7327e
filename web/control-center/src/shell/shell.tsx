import { Avatar, CloseIcon, classNames, IconButton, LeaveIcon, Mark, useLive, useUser } from "@curhat/kit";
import { type ReactNode, useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { copy } from "../copy";
import { live } from "../live/live";
import { useNow, useRole } from "../live/use-now";
import { session } from "../service";
import { ZonePicker } from "../time/zone-picker";
import {
  BestieIcon,
  DashboardIcon,
  FailureIcon,
  KeyIcon,
  LiveIcon,
  MenuIcon,
  PeopleIcon,
  SettingsIcon,
  TeamIcon,
} from "../ui/icons";
import { Alarms } from "./alarms";
import { Clock } from "./clock";
import { PasswordDialog } from "./password-dialog";
import "./shell.css";

const SCREENS = [
  { path: "/dashboard", name: copy.nav.dashboard, icon: <DashboardIcon /> },
  { path: "/live", name: copy.nav.board, icon: <LiveIcon /> },
  { path: "/failed-pairings", name: copy.nav.failures, icon: <FailureIcon /> },
  { path: "/mitras", name: copy.nav.mitras, icon: <BestieIcon /> },
  { path: "/customers", name: copy.nav.customers, icon: <PeopleIcon /> },
  { path: "/settings", name: copy.nav.settings, icon: <SettingsIcon /> },
  { path: "/operators", name: copy.nav.operators, icon: <TeamIcon /> },
] as const;

/** The frame of every screen: navigation, account, clock, alarms. */
export function Shell({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  const { maySet } = useRole();
  const [shown, setShown] = useState(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another screen closes the menu
  useEffect(() => setShown(false), [path]);

  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {copy.skip}
      </a>
      <header className={classNames("side", shown && "side-shown")}>
        <div className="side-top">
          <Link href="/dashboard" className="side-brand">
            <Mark size={30} />
            {copy.product}
          </Link>
          <IconButton
            label={shown ? copy.nav.close : copy.nav.open}
            aria-expanded={shown}
            className="side-toggle"
            onClick={() => setShown(!shown)}
          >
            {shown ? <CloseIcon /> : <MenuIcon />}
          </IconButton>
        </div>
        <nav className="side-nav" aria-label={copy.nav.label}>
          {SCREENS.filter((screen) => maySet || screen.path !== "/operators").map((screen) => (
            <Link
              key={screen.path}
              href={screen.path}
              aria-current={isAt(path, screen.path) ? "page" : undefined}
            >
              {screen.icon}
              {screen.name}
              {screen.path === "/failed-pairings" && <Waiting />}
            </Link>
          ))}
        </nav>
        <div className="side-foot">
          <Clock />
          <LinkState />
          <ZonePicker />
          <Me />
        </div>
      </header>
      <div className="shell-main">
        <Alarms />
        <main id="main">{children}</main>
      </div>
    </div>
  );
}

function isAt(path: string, screen: string): boolean {
  return (
    path === screen ||
    path.startsWith(`${screen}/`) ||
    (screen === "/failed-pairings" && path.startsWith("/payments/"))
  );
}

function Waiting() {
  const many = useNow()?.counters.needs_action ?? 0;
  if (many === 0) return null;
  return (
    <span className="side-count">
      <span aria-hidden="true">{many > 999 ? "999+" : many}</span>
      <span className="visually-hidden">{copy.nav.waiting(many)}</span>
    </span>
  );
}

function LinkState() {
  const { link } = useLive(live);
  return (
    <span role="status" className={classNames("link-state", `link-state-${link}`)}>
      {copy.link[link]}
    </span>
  );
}

function Me() {
  const user = useUser(session);
  const { role } = useRole();
  const [changing, setChanging] = useState(false);
  if (user === null) return null;
  return (
    <div className="side-me">
      <Avatar name={user.display_name} />
      <p>
        <strong>{user.display_name}</strong>
        <span>{copy.me.roles[role]}</span>
      </p>
      <IconButton label={copy.me.password} onClick={() => setChanging(true)}>
        <KeyIcon />
      </IconButton>
      <IconButton label={copy.me.signOut} onClick={() => void session.signOut()}>
        <LeaveIcon />
      </IconButton>
      {changing && <PasswordDialog onClose={() => setChanging(false)} />}
    </div>
  );
}
