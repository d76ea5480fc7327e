import { Avatar, Button, Dialog, DialogActions, LeaveIcon, shownPhone } from "@curhat/kit";
import { copy } from "./copy";
import { session } from "./service";
import type { State } from "./state";

/** Who is signed in, and the way out. */
export function Account({ user, onClose }: { user: State["user"]; onClose: () => void }) {
  return (
    <Dialog title={copy.account.title} onClose={onClose}>
      <div className="account">
        <Avatar name={user.display_name} />
        <p>
          <strong>{user.display_name}</strong>
          <br />
          {shownPhone(user.phone)}
        </p>
      </div>
      <DialogActions>
        <Button kind="danger" icon={<LeaveIcon />} onClick={() => void session.signOut()}>
          {copy.account.signOut}
        </Button>
        <Button kind="quiet" onClick={onClose}>
          {copy.close}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
