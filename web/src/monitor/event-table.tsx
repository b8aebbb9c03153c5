/** The live table: newest first, tens of thousands of rows of which only those in sight are made. */
import { memo, useLayoutEffect, useRef, useState } from "react";
import { type GameEvent, isPlay, outcomeOf, payoutOf } from "../casino/model";
import { bestOf, GAME_NAMES, whole, wordsOf } from "../floor/lines";
import { Signs } from "../floor/symbols";
import { standingOf } from "./filter";
import { keptAt, spanOf } from "./rows-window";

/** Height of a row, in pixels; the style sheet says the same. */
const ROW = 36;

interface EventTableProps {
  /** Oldest first; the same array while it grows. */
  readonly rows: readonly GameEvent[];
  /** How many have come in all. */
  readonly passed: number;
  /** Changes when the rows do. */
  readonly version: number;
  readonly live: boolean;
  readonly paused: boolean;
  /** Shows one user's rows alone. */
  readonly onUser: (user: string) => void;
}

export function EventTable({ rows, passed, live, paused, onUser }: EventTableProps) {
  const box = useRef<HTMLElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const [height, setHeight] = useState(480);
  const before = useRef(passed);

  // Who reads further down keeps the row that is read, whatever comes in above.
  useLayoutEffect(() => {
    const added = passed - before.current;
    before.current = passed;
    const element = box.current;
    if (!element || added === 0) return;
    const kept = keptAt(element.scrollTop, added, ROW);
    if (kept !== element.scrollTop) {
      element.scrollTop = kept;
      setScrollTop(kept);
    }
  }, [passed]);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setHeight(element.clientHeight));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  const count = rows.length;
  const { first, end, above, below } = spanOf({ scrollTop, height, rowHeight: ROW, count });
  const shown = rows.slice(count - end, count - first).reverse();
  return (
    <section
      className="events"
      aria-label="Plays, newest first"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
      tabIndex={0}
      ref={box}
      onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
    >
      <table aria-rowcount={count + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">Time</th>
            <th scope="col">User</th>
            <th scope="col">Game</th>
            <th scope="col" className="events-what">
              What came of it
            </th>
            <th scope="col" className="number">
              Bet
            </th>
            <th scope="col" className="number">
              Paid
            </th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          <Space height={above} />
          {shown.map((event, index) => (
            <Row event={event} index={first + index + 2} onUser={onUser} key={event.id} />
          ))}
          <Space height={below} />
        </tbody>
      </table>
      {count === 0 && (
        <p className="events-none">
          {paused
            ? "No such play among those before the pause that are still kept."
            : passed > 0 || !live
              ? "Nothing to show."
              : "No such play yet. It shows here when it comes."}
        </p>
      )}
    </section>
  );
}

function Space({ height }: { readonly height: number }) {
  if (height === 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row is not
    <tr aria-hidden="true" className="events-space">
      <td style={{ height }} />
    </tr>
  );
}

interface RowProps {
  readonly event: GameEvent;
  readonly index: number;
  readonly onUser: (user: string) => void;
}

const OUTCOMES = { won: "won", lost: "lost", even: "even", open: "bet" } as const;

const Row = memo(function Row({ event, index, onUser }: RowProps) {
  const standing = standingOf(event);
  const user = String(event.user_id);
  const bet = whole(event.bet);
  const paid = standing === "open" ? "" : standing === "items" ? "–" : whole(payoutOf(event));
  // What became of it another row says.
  const words = standing === "open" ? "A round begins" : wordsOf(event);
  const outcome = event.game_type === "gacha" ? bestOf(event) : OUTCOMES[outcomeOf(event)];
  return (
    <tr aria-rowindex={index} data-outcome={standing}>
      <td>
        <time dateTime={event.ts} title={event.ts}>
          <Time ts={event.ts} />
        </time>
      </td>
      <td>
        <button
          type="button"
          className="events-user"
          title={`${user}: show this user alone`}
          onClick={() => onUser(user)}
        >
          {user}
        </button>
      </td>
      <td>{SHORT[event.game_type]}</td>
      <td className="events-what" title={words}>
        {event.game_type === "slot" ? <Signs of={event.result.reels[0] ?? []} /> : words}
      </td>
      {isPlay(event) ? (
        <td className="number" title={bet}>
          {bet}
        </td>
      ) : (
        <td className="number events-before" title={`${bet}, paid when the round began`}>
          {bet}
        </td>
      )}
      <td className="number" title={paid}>
        {paid}
      </td>
      <td className="events-outcome">{outcome}</td>
    </tr>
  );
});

const SHORT = { ...GAME_NAMES, rps: "RPS" };

/** 14:03:59.123 */
function Time({ ts }: { readonly ts: string }) {
  const time = new Date(ts);
  const two = (number: number) => String(number).padStart(2, "0");
  const seconds = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return (
    <>
      {seconds}
      <span className="events-milliseconds">
        .{String(time.getMilliseconds()).padStart(3, "0")}
      </span>
    </>
  );
}
