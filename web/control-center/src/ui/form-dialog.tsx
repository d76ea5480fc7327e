import { Button, Dialog, DialogActions } from "@curhat/kit";
import type { ReactNode } from "react";
import { copy } from "../copy";
import "./form-dialog.css";

/** A form in a dialog, with a way out and the button that sends it. */
export function FormDialog({
  title,
  before,
  confirm,
  danger = false,
  busy,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  /** Above the form. */
  before?: ReactNode;
  confirm: string;
  danger?: boolean;
  busy: boolean;
  /** `given`: the text of a field, by its name. */
  onSubmit: (given: (name: string) => string) => void;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Dialog title={title} onClose={onClose} className="form-dialog">
      {before}
      <form
        className="dialog-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const fields = new FormData(event.currentTarget);
          onSubmit((name) => String(fields.get(name)));
        }}
      >
        {children}
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            {copy.cancel}
          </Button>
          <Button type="submit" kind={danger ? "danger" : "primary"} busy={busy}>
            {confirm}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
