/** Which page an address shows. */
import type { Api } from "parlor-client";
import { BoardPage } from "./board/board-page";
import { boardIdIn } from "./board/links";
import { Home } from "./home/home";
import { LoginProvider } from "./login/login";
import { NotFound } from "./ui/not-found";
import { usePath } from "./ui/router";
import { ToastProvider } from "./ui/toast";

export function App({ api }: { readonly api: Api }) {
  return (
    <ToastProvider>
      <LoginProvider api={api}>
        <Page />
      </LoginProvider>
    </ToastProvider>
  );
}

function Page() {
  const path = usePath();
  const board = boardIdIn(path);
  if (board) return <BoardPage key={board} id={board} />;
  if (path === "/" || path === "/index.html") return <Home />;
  return <NotFound title="Nothing here" text="There is no page at this address." />;
}
