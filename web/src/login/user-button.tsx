/** Who is logged in, in the header, and the ways in and out. */
import type { User } from "parlor-client";
import { useState } from "react";
import { Confirm, Dialog } from "../ui/dialog";
import { Icon } from "../ui/icons";
import { useLogin } from "./login";

export function UserButton() {
  const { user, enterAccount } = useLogin();
  if (!user) {
    return (
      <button type="button" className="user-button" onClick={() => void enterAccount()}>
        <Icon name="person" />
        <span>Log in</span>
      </button>
    );
  }
  // What is asked is asked of one user, whoever another tab logs in meanwhile.
  return <Known user={user} key={user.id} />;
}

function Known({ user }: { readonly user: User }) {
  const { api } = useLogin();
  const [open, setOpen] = useState(false);
  const [forgetting, setForgetting] = useState(false);
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
          {user.site_id === undefined ? (
            <Guest
              onClose={() => setOpen(false)}
              onForget={() => {
                setOpen(false);
                setForgetting(true);
              }}
            />
          ) : (
            <Account onClose={() => setOpen(false)} />
          )}
        </Dialog>
      )}
      {forgetting && (
        <Confirm
          title="Forget this guest?"
          text={`Nobody can log in as ${name} again: the wallet, with its tokens and plays, is lost for good.`}
          action="Forget me"
          onConfirm={() => void api.logout()}
          onClose={() => setForgetting(false)}
        />
      )}
    </>
  );
}

interface GuestProps {
  readonly onClose: () => void;
  readonly onForget: () => void;
}

function Guest({ onClose, onForget }: GuestProps) {
  const { user, enterAccount } = useLogin();
  return (
    <>
      <p>
        This browser remembers you as a guest. If it forgets you, the boards stay, but you can
        change them only with a new edit link; your tokens and your plays are lost.
      </p>
      <p className="quiet">
        The owner of a board sees you among its editors as <code>{user?.id}</code>.
      </p>
      <div className="dialog-actions">
        <button
          type="button"
          className="text-button dialog-aside"
          onClick={() => {
            onClose();
            void enterAccount();
          }}
        >
          Use an account
        </button>
        <button type="button" className="button button-danger" onClick={onForget}>
          Forget me
        </button>
        <button type="button" className="button" onClick={onClose}>
          Stay
        </button>
      </div>
    </>
  );
}

function Account({ onClose }: { readonly onClose: () => void }) {
  const { api, user } = useLogin();
  const leave = (everywhere: boolean) => {
    onClose();
    void api.logout(everywhere);
  };
  return (
    <>
      <p>
        You are logged in to the account <strong>{user?.site_id}</strong>.
      </p>
      <p className="quiet">
        The owner of a board sees you among its editors as <code>{user?.id}</code>.
      </p>
      <div className="dialog-actions">
        <button type="button" className="text-button dialog-aside" onClick={() => leave(true)}>
          Log out everywhere
        </button>
        <button type="button" className="button button-danger" onClick={() => leave(false)}>
          Log out
        </button>
        <button type="button" className="button" onClick={onClose}>
          Stay
        </button>
      </div>
    </>
  );
}
