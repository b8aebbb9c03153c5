/** Who is logged in, in the header, and the way to be forgotten. */
import { useState } from "react";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icons";
import { useLogin } from "./login";

export function UserButton() {
  const { api, user } = useLogin();
  const [open, setOpen] = useState(false);
  if (!user) return null;
  const name = user.name || "Guest";
  return (
    <>
      <button
        type="button"
        className="user-button"
        onClick={() => setOpen(true)}
        aria-label={`You are ${name}`}
      >
        <Icon name="person" />
        <span>{name}</span>
      </button>
      {open && (
        <Dialog title={`You are ${name}`} onClose={() => setOpen(false)}>
          <p>
            This browser remembers you as a guest. If it forgets you, the boards stay, but you can
            change them only with a new edit link.
          </p>
          <p className="quiet">
            The owner of a board sees you among its editors as <code>{user.id}</code>.
          </p>
          <div className="dialog-actions">
            <button
              type="button"
              className="button button-danger"
              onClick={() => {
                setOpen(false);
                void api.logout();
              }}
            >
              Forget me
            </button>
            <button type="button" className="button" onClick={() => setOpen(false)}>
              Stay
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
