import { Account, Button, IconButton, Mark, PersonIcon, Title } from "@curhat/kit";
import { type ReactNode, useState } from "react";
import { Chats } from "./chats";
import { copy } from "./copy";
import { useAskForNotices } from "./notices";
import { session } from "./service";
import type { State } from "./state";
import { Switch } from "./switch";
import { Today } from "./today";
import "./side.css";

/** The mitra's home; `children`: open requests. `titled`: it is the whole screen. */
export function Side({
  state,
  lost,
  open,
  titled,
  children,
}: {
  state: State;
  lost: boolean;
  open: string | null;
  titled: boolean;
  children: ReactNode;
}) {
  const [showsAccount, setShowsAccount] = useState(false);
  const { ask } = useAskForNotices();
  const greeting = copy.home.title(state.user.display_name);
  return (
    <div className="screen side">
      <header className="side-head">
        <Mark size={40} />
        {titled ? (
          <Title page={copy.home.page}>{greeting}</Title>
        ) : (
          <p className="side-greeting">{greeting}</p>
        )}
        <IconButton label={copy.account.open} onClick={() => setShowsAccount(true)}>
          <PersonIcon />
        </IconButton>
      </header>
      <Switch state={state} lost={lost} />
      {children}
      {state.online && ask && (
        <div className="side-notify">
          <p>{copy.home.notifyHint}</p>
          <Button kind="secondary" size="small" onClick={ask}>
            {copy.home.notify}
          </Button>
        </div>
      )}
      <Chats chats={state.chats} open={open} />
      <Today />
      {showsAccount && <Account user={state.user} session={session} onClose={() => setShowsAccount(false)} />}
    </div>
  );
}
