/** What comes back, game by game, against what the odds say. */
import { useEffect, useState } from "react";
import type { Casino } from "../casino/client";
import { GAMES, type GameType, type Odds } from "../casino/model";
import { GAME_NAMES, whole } from "../floor/lines";
import { percent } from "../floor/odds-rows";
import { type Band, bandOf, LEAST_PLAYS, measured, NONE, type Tally } from "./returns";

/** The scale of the picture goes to twice what was staked. */
const WIDEST = 2;

interface ReturnsProps {
  readonly casino: Casino;
  readonly tallies: ReadonlyMap<GameType, Tally>;
}

export function Returns({ casino, tallies }: ReturnsProps) {
  const [odds, setOdds] = useState<ReadonlyMap<GameType, Odds>>(new Map());
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    let current = true;
    Promise.all(GAMES.map((game) => casino.odds(game))).then(
      (all) => current && setOdds(new Map(all.map((one) => [one.game, one]))),
      () => current && setMissing(true),
    );
    return () => {
      current = false;
    };
  }, [casino]);
  return (
    <section className="panel" aria-labelledby="returns-title">
      <h2 id="returns-title">What comes back</h2>
      {missing && <p className="problem">The odds could not be fetched.</p>}
      <ul className="returns">
        {GAMES.map((game) => {
          const tally = tallies.get(game) ?? NONE;
          return <Return game={game} tally={tally} odds={odds.get(game) ?? null} key={game} />;
        })}
      </ul>
      <p className="quiet">
        Bar: where 95 of 100 measurements of as many plays would be. Line: exact. Dot: measured.
      </p>
    </section>
  );
}

interface ReturnProps {
  readonly game: GameType;
  readonly tally: Tally;
  readonly odds: Odds | null;
}

function Return({ game, tally, odds }: ReturnProps) {
  // Items are worth no tokens.
  const rate = odds?.return_to_player === null ? null : measured(tally);
  // Rounds that still run have brought nothing yet.
  const [one, many] = game === "crash" ? ["round over", "rounds over"] : ["play", "plays"];
  const band = odds && bandOf(tally, odds);
  const exact = odds?.return_to_player ?? null;
  return (
    <li data-within={band?.within}>
      <div className="returns-line">
        <strong>{GAME_NAMES[game]}</strong>
        <span className="quiet">
          {whole(tally.plays)} {tally.plays === 1 ? one : many}
        </span>
        <span className="returns-rate" data-return={game}>
          {rate === null ? "–" : percent(rate)}
        </span>
      </div>
      {exact !== null && <Scale rate={rate} exact={exact} band={band} />}
      <p className="quiet">{wordsOf(exact, band, tally, odds !== null)}</p>
    </li>
  );
}

function wordsOf(exact: number | null, band: Band | null, tally: Tally, known: boolean): string {
  if (!known) return "";
  if (exact === null) return "Items are won, no tokens.";
  if (!band) {
    const missing = LEAST_PLAYS - tally.plays;
    const why =
      missing > 0
        ? `${missing} plays more tell something.`
        : "A few large bets outweigh the others.";
    return `Exact ${percent(exact)}. ${why}`;
  }
  const { low, high, by, within } = band;
  const spread = by === "plays" ? ", by the spread of these plays" : "";
  return `Exact ${percent(exact)}; ${within ? "within" : "outside of"} ${percent(low)} to ${percent(high)}${spread}.`;
}

interface ScaleProps {
  readonly rate: number | null;
  readonly exact: number;
  readonly band: Band | null;
}

function Scale({ rate, exact, band }: ScaleProps) {
  const at = (part: number) => `${(Math.min(WIDEST, Math.max(0, part)) / WIDEST) * 100}%`;
  const width = (low: number, high: number) =>
    `${((Math.min(WIDEST, high) - Math.min(WIDEST, low)) / WIDEST) * 100}%`;
  return (
    <svg className="returns-scale" width="100%" height="18" aria-hidden="true">
      <rect className="returns-track" y="7" width="100%" height="4" rx="2" />
      {band && (
        <rect
          className="returns-band"
          x={at(band.low)}
          y="4"
          width={width(band.low, band.high)}
          height="10"
          rx="5"
        />
      )}
      <line className="returns-exact" x1={at(exact)} x2={at(exact)} y1="0" y2="18" />
      {rate !== null && <circle className="returns-dot" cx={at(rate)} cy="9" r="5" />}
    </svg>
  );
}
