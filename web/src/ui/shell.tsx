/** The frame of every page: a way past the header, the header, the content. */
import { lazy, type ReactNode, Suspense, useEffect, useRef } from "react";
import { useLogin } from "../login/login";
import { UserButton } from "../login/user-button";
import { Logo } from "./icons";
import { Link, takeArrival } from "./router";
import { ThemeToggle } from "./theme";

// It asks the server; who has no name yet has no turn either.
const TurnBadge = lazy(() => import("../turns/turn-badge"));

interface ShellProps {
  readonly children: ReactNode;
  /** Beside the controls of the header. */
  readonly aside?: ReactNode;
}

export function Shell({ children, aside }: ShellProps) {
  const { user } = useLogin();
  const main = useRef<HTMLElement>(null);
  // What a page load does by itself: whoever follows a link starts at the top of the new page.
  useEffect(() => {
    if (takeArrival()) main.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="topbar" data-short={aside ? true : undefined}>
        <Link href="/" className="home-link">
          <Logo />
          <span>Parlor</span>
        </Link>
        <div className="topbar-aside">
          {user && (
            <Suspense fallback={null}>
              <TurnBadge />
            </Suspense>
          )}
          {aside}
          <UserButton />
          <ThemeToggle />
        </div>
      </header>
      <main id="main" className="page" tabIndex={-1} ref={main}>
        {children}
      </main>
    </>
  );
}
