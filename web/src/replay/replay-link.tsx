/** The way from a session's page to its replay, for admins. */
import { useLogin } from "../login/login";
import { Link } from "../ui/router";
import { showsReplays } from "./admin";
import { replayPath } from "./links";

export function ReplayLink({ id }: { readonly id: string }) {
  const { user } = useLogin();
  if (!showsReplays(user)) return null;
  return (
    <Link href={replayPath(id)} className="button">
      Replay
    </Link>
  );
}
