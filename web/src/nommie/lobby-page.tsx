/** The lobby: the tables there are, and a new one. */
import { useState } from "react";
import { useLogin } from "../login/login";
import { Icon } from "../ui/icons";
import { Shell } from "../ui/shell";
import { useTitle } from "../ui/use-title";
import type { Filter } from "./fetch-tables";
import { NewTable } from "./new-table";
import { TableList } from "./table-list";

const FILTERS: readonly (readonly [filter: Filter, word: string])[] = [
  ["joinable", "Free seats"],
  ["in-progress", "In play"],
  ["mine", "Mine"],
];

export function LobbyPage() {
  const { user, ensureUser } = useLogin();
  const [filter, setFilter] = useState<Filter>("joinable");
  const [making, setMaking] = useState(false);
  useTitle("Nommie");
  const make = async () => {
    if (await ensureUser("A table needs a host.")) setMaking(true);
  };
  return (
    <Shell>
      <div className="home lobby">
        <section className="hero">
          <h1>
            Nommie <em aria-hidden="true">♠︎♥︎♣︎♦︎</em>
          </h1>
          <p>
            Nomination whist for four: say how many tricks you will take, and take exactly those.
          </p>
          <div>
            <button type="button" className="button button-primary" onClick={() => void make()}>
              <Icon name="plus" />
              New table
            </button>
          </div>
        </section>
        <section className="boards" aria-labelledby="tables-title">
          <h2 id="tables-title">Tables</h2>
          {user ? (
            <>
              <fieldset className="segments">
                <legend className="sr-only">Which tables</legend>
                {FILTERS.map(([one, word]) => (
                  <label key={one}>
                    <input
                      type="radio"
                      name="tables"
                      value={one}
                      checked={filter === one}
                      onChange={() => setFilter(one)}
                    />
                    <span>{word}</span>
                  </label>
                ))}
              </fieldset>
              <TableList key={filter} filter={filter} />
            </>
          ) : (
            <div className="empty">
              <p>Say who you are to see the tables. No account is needed.</p>
              <button
                type="button"
                className="button"
                onClick={() => void ensureUser("The others want to know who plays.")}
              >
                Come in
              </button>
            </div>
          )}
        </section>
      </div>
      {making && <NewTable onClose={() => setMaking(false)} />}
    </Shell>
  );
}
