/** Which page an address shows. */
import type { Api } from "parlor-client";
import { lazy, Suspense } from "react";
import { BoardPage } from "./board/board-page";
import { boardIdIn } from "./board/links";
import { FLOOR, isPage, MONITOR, VERIFY } from "./casino/links";
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
/** For admins alone: nobody else loads them. */
const ReplayPage = lazy(() => import("./replay/replay-page"));
const MonitorPage = lazy(() => import("./monitor/monitor-page"));
// Nor the casino, who does not play there.
const FloorPage = lazy(() => import("./floor/floor-page"));
const VerifyPage = lazy(() => import("./floor/verify-page"));

/** Pages of one address each. */
const PAGES = [
  [FLOOR, FloorPage],
  [VERIFY, VerifyPage],
  [MONITOR, MonitorPage],
] as const;

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
  for (const [address, One] of PAGES) {
    if (!isPage(path, address)) continue;
    return (
      <Suspense fallback={<Shell>{null}</Shell>}>
        <One />
      </Suspense>
    );
  }
  if (path === "/" || path === "/index.html") return <Home />;
  return <NotFound title="Nothing here" text="There is no page at this address." />;
}
