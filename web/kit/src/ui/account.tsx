import { both } from "../copy";
import { shownPhone } from "../format/phone";
import type { Session } from "../session/session";
import { Avatar } from "./avatar";
import { Button } from "./button";
import { Dialog, DialogActions } from "./dialog";
import { LeaveIcon } from "./icons";

/** The signed-in person, and signing out. */
export function Account({
  user,
  session,
  onClose,
}: {
  user: { display_name: string; phone: string };
  session: Session;
  onClose: () => void;
}) {
  return (
    <Dialog title={both.account.title} onClose={onClose}>
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
          {both.account.signOut}
        </Button>
        <Button kind="quiet" onClick={onClose}>
          {both.close}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
