/**
 * Who is here. Nobody needs a login to watch; the first write asks for a name and makes a guest, or
 * logs in to an account. Keeps no tokens itself: the client library's Api does.
 */
import type { Api, User } from "parlor-client";
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { GuestDialog } from "./guest-dialog";
import { followOtherTabs } from "./other-tabs";

// Most visitors are guests.
const AccountDialog = lazy(() => import("./account-dialog"));

export interface LoginValue {
  readonly api: Api;
  readonly user: User | null;
  /** The user, or a new guest after a question; null when the visitor thinks better of it. */
  readonly ensureUser: (why: string) => Promise<User | null>;
  /** Asks for an account, whoever is logged in; null when the visitor thinks better of it. */
  readonly enterAccount: (start?: AccountWay) => Promise<User | null>;
}

/** What the dialog for accounts begins with. */
export type AccountWay = "login" | "signup";

interface Question {
  /** Why a guest would do; null: only an account will. */
  readonly why: string | null;
  readonly start: AccountWay;
  readonly answer: (user: User | null) => void;
}

const LoginContext = createContext<LoginValue | null>(null);

export function useLogin(): LoginValue {
  const value = useContext(LoginContext);
  if (!value) throw new Error("useLogin outside of LoginProvider");
  return value;
}

interface LoginProviderProps {
  readonly api: Api;
  readonly children: ReactNode;
}

export function LoginProvider({ api, children }: LoginProviderProps) {
  const subscribe = useCallback((changed: () => void) => api.onChange(changed), [api]);
  const user = useSyncExternalStore(subscribe, () => api.user);
  useEffect(() => followOtherTabs(api, window), [api]);
  const [question, setQuestion] = useState<Question | null>(null);
  const value = useMemo<LoginValue>(() => {
    const ask = (why: string | null, start: AccountWay) =>
      new Promise<User | null>((answer) => {
        setQuestion((before) => {
          before?.answer(null);
          return { why, start, answer };
        });
      });
    return {
      api,
      user,
      ensureUser: (why) => (api.user ? Promise.resolve(api.user) : ask(why, "login")),
      enterAccount: (start = "login") => ask(null, start),
    };
  }, [api, user]);
  const answer = (given: User | null) => {
    setQuestion(null);
    question?.answer(given);
  };
  return (
    <LoginContext value={value}>
      {children}
      {question && question.why !== null && (
        <GuestDialog
          api={api}
          why={question.why}
          onAnswer={answer}
          onAccount={() => setQuestion({ ...question, why: null })}
        />
      )}
      {question && question.why === null && (
        <Suspense fallback={null}>
          <AccountDialog api={api} start={question.start} onAnswer={answer} />
        </Suspense>
      )}
    </LoginContext>
  );
}
