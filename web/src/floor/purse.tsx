/** The balance, and what has just changed it. */
import { useEffect, useRef, useState } from "react";
import { signed, whole } from "./lines";

/** How long a change stands beside the balance, in milliseconds. */
const STAY = 2_200;

export function Purse({ balance }: { readonly balance: number | null }) {
  const before = useRef(balance);
  const [change, setChange] = useState<{ readonly by: number; readonly key: number } | null>(null);
  useEffect(() => {
    const was = before.current;
    before.current = balance;
    if (was === null || balance === null || was === balance) return;
    setChange((last) => ({ by: balance - was, key: (last?.key ?? 0) + 1 }));
  }, [balance]);
  useEffect(() => {
    if (!change) return;
    const timer = setTimeout(() => setChange(null), STAY);
    return () => clearTimeout(timer);
  }, [change]);
  return (
    <div className="purse">
      <span className="purse-name">Tokens</span>
      <output className="purse-balance" aria-label="Balance" data-balance={balance ?? undefined}>
        {balance === null ? "…" : whole(balance)}
      </output>
      <span className="purse-change" aria-hidden="true">
        {change && (
          <span key={change.key} data-gain={change.by > 0 || undefined}>
            {signed(change.by)}
          </span>
        )}
      </span>
    </div>
  );
}
