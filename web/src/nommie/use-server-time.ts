/** The server's time: asks a few times what its clock shows, and heeds the stamps of events. */
import type { GameEventMessage } from "parlor-client";
import { useEffect, useState } from "react";
import { fromDate, fromStamp, narrow, type Skew, skewOf, UNKNOWN } from "../ui/skew";

/** Between two questions, in milliseconds: no whole second, so that each narrows the bounds. */
const APART = 370;
const QUESTIONS = 4;

interface Events {
  readonly on: (name: "event", listener: (event: GameEventMessage) => void) => () => void;
}

/** Milliseconds by which the server's clock is ahead of this one. Asks only while `needed`. */
export function useSkew(url: string, events: Events, needed: boolean): number {
  const [skew, setSkew] = useState<Skew>(UNKNOWN);
  useEffect(() => {
    if (!needed) return;
    const stop = new AbortController();
    const see = (seen: Skew) => setSkew((known) => narrow(known, seen));
    const leave = events.on("event", ({ ts }) => see(fromStamp(ts, Date.now())));
    const ask = async () => {
      for (let count = 0; count < QUESTIONS && !stop.signal.aborted; count += 1) {
        const sent = Date.now();
        const reply = await fetch(`${url}/healthz`, { cache: "no-store", signal: stop.signal });
        see(fromDate(reply.headers.get("date"), sent, Date.now()));
        await new Promise((resolve) => setTimeout(resolve, APART));
      }
    };
    // Without an answer the stamps of events are all there is.
    ask().catch(() => {});
    return () => {
      stop.abort();
      leave();
    };
  }, [url, events, needed]);
  return skewOf(skew);
}

/** The local time, anew every so often while `running`. */
export function useNow(running: boolean, every = 250): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [running, every]);
  return now;
}
