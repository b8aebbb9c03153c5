/** Every round that is over: bids, tricks, trumps and who chose them, totals. */
import { useEffect, useState } from "react";
import { useLogin } from "../login/login";
import { Dialog } from "../ui/dialog";
import { reasonOf } from "../ui/errors";
import { trumpName } from "./cards";
import { TrumpSign } from "./decision";
import { type HistoryRound, SEATS } from "./model";
import { nameOf } from "./seats";
import { useTable } from "./table-context";

interface HistoryDialogProps {
  readonly id: string;
  readonly onClose: () => void;
}

export function HistoryDialog({ id, onClose }: HistoryDialogProps) {
  const { api, user, ensureUser } = useLogin();
  const { game, phase } = useTable();
  const [rounds, setRounds] = useState<readonly HistoryRound[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const stamp = `${game.round_no} ${phase.phase === "Scoring" || phase.phase === "GameOver"}`;
  useEffect(() => {
    if (!user) return;
    let current = stamp !== "";
    api
      .request<{ readonly rounds: readonly HistoryRound[] }>(
        "GET",
        `/api/games/${encodeURIComponent(id)}/history`,
      )
      .then(
        (reply) => {
          if (!current) return;
          setRounds(reply.rounds);
          setProblem(null);
        },
        (error: unknown) => {
          if (current) setProblem(reasonOf(error));
        },
      );
    return () => {
      current = false;
    };
  }, [api, user, id, stamp]);
  return (
    <Dialog title="Rounds so far" onClose={onClose} wide>
      {!user && (
        <div className="stack">
          <p>The rounds are shown to everyone with a name; no account is needed.</p>
          <button
            type="button"
            className="button button-primary"
            onClick={() => void ensureUser("To see the rounds, say who you are.")}
          >
            Give a name
          </button>
        </div>
      )}
      {user && problem && (
        <p className="problem" role="alert">
          The rounds could not be fetched. {problem}
        </p>
      )}
      {user && !rounds && !problem && <p className="quiet">Fetching the rounds …</p>}
      {rounds?.length === 0 && <p className="quiet">No round is over yet.</p>}
      {rounds && rounds.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by itself on a narrow screen
        <section className="history" aria-label="Rounds" tabIndex={0}>
          <table className="numbers">
            <caption className="sr-only">
              For each player: tricks won of tricks bid, and the total after the round
            </caption>
            <thead>
              <tr>
                <th scope="col">Round</th>
                <th scope="col">Cards</th>
                <th scope="col">Dealer</th>
                <th scope="col">Trumps</th>
                {SEATS.map((seat) => (
                  <th key={seat} scope="col">
                    {nameOf(game, seat)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rounds.map((round) => (
                <tr key={round.round_no}>
                  <th scope="row">{round.round_no}</th>
                  <td>{round.hand_size}</td>
                  <td>{nameOf(game, round.dealer)}</td>
                  <td className="history-trump">
                    <TrumpSign trump={round.trump} />{" "}
                    <span>
                      {trumpName(round.trump)} <small>by {nameOf(game, round.trump_by)}</small>
                    </span>
                  </td>
                  {SEATS.map((seat) => (
                    <td
                      key={seat}
                      data-met={round.bids[seat] === round.tricks_won[seat] || undefined}
                    >
                      {round.tricks_won[seat]}/{round.bids[seat]}{" "}
                      <strong>{round.scores_total[seat]}</strong>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Dialog>
  );
}
