/** The pages of Nommie, loaded when one of them is first opened. */
import { NotFound } from "../ui/not-found";
import { LOBBY, tableIdIn } from "./links";
import { LobbyPage } from "./lobby-page";
import { TablePage } from "./table-page";
import "../styles/cards.css";
import "../styles/result.css";
import "../styles/felt.css";
import "../styles/lobby.css";
import "../styles/table.css";

export default function NommiePages({ path }: { readonly path: string }) {
  const id = tableIdIn(path);
  if (id) return <TablePage key={id} id={id} />;
  if (path === LOBBY || path === `${LOBBY}/`) return <LobbyPage />;
  return <NotFound title="Nothing here" text="There is no page at this address." />;
}
