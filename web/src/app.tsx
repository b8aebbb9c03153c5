/** Which page an address shows. */
import type { Api } from "parlor-client";
import { lazy, Suspense } from "react";
import { BoardPage } from "./board/board-page";
import { boardIdIn } from "./board/links";
import { Home } from "./home/home";
import { LoginProvider } from "./login/login";
import { isNommie } from "./nommie/links";
import { replayIdIn } from "./replay/links";
import { NotFound } from "./ui/not-found";
import { usePath } from "./ui/router";
import { Shell } from "./ui/shell";
import { ToastProvider } from "./ui/toast";

// Whoever keeps a tally does not load the cards.
const NommiePages = lazy(() => import("./nommie/pages"));
/** For admins alone: nobody else loads it. */
const ReplayPage = lazy(() => import("./replay/replay-page"));

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
  if (isNommie(path)) {
    return (
      <Suspense fallback={null}>
        <NommiePages path={path} />
      </Suspense>
    );
  }
  const replayed = replayIdIn(path);
  if (replayed) {
    return (
      <Suspense fallback={<Shell>{null}</Shell>}>
        <ReplayPage key={replayed} id={replayed} />
      </Suspense>
    );
  }
  if (path === "/" || path === "/index.html") return <Home />;
  return <NotFound title="Nothing here" text="There is no page at this address." />;
}
