/**
 * Who is here. Nobody needs a login to watch; the first write asks for a name and makes a guest.
 * Keeps no tokens itself: the client library's Api does.
 */
import type { Api, User } from "parlor-client";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { GuestDialog } from "./guest-dialog";

export interface LoginValue {
  readonly api: Api;
  readonly user: User | null;
  /** The user, or a new guest after a question; null when the visitor thinks better of it. */
  readonly ensureUser: (why: string) => Promise<User | null>;
}

interface Question {
  readonly why: string;
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
  const [question, setQuestion] = useState<Question | null>(null);
  const value = useMemo<LoginValue>(
    () => ({
      api,
      user,
      ensureUser: (why) =>
        api.user
          ? Promise.resolve(api.user)
          : new Promise((answer) => {
              setQuestion((before) => {
                before?.answer(null);
                return { why, answer };
              });
            }),
    }),
    [api, user],
  );
  const answer = (given: User | null) => {
    setQuestion(null);
    question?.answer(given);
  };
  return (
    <LoginContext value={value}>
      {children}
      {question && <GuestDialog api={api} why={question.why} onAnswer={answer} />}
    </LoginContext>
  );
}
