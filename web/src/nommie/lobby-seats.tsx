/** The table before the first deal: who has sat down, who is ready, and the host's bots. */
import { Icon } from "../ui/icons";
import { type Profile, SEATS, type Seat, type SeatView } from "./model";
import { Presence } from "./seat-plate";
import { isFree, nameOf } from "./seats";
import { useTable } from "./table-context";

export function LobbySeats({ onJoin }: { readonly onJoin: () => void }) {
  const { game, viewer, actions } = useTable();
  const free = SEATS.filter((seat) => isFree(game.seating[seat])).length;
  const ready = viewer !== null && game.seating[viewer].is_ready;
  const waiting = SEATS.filter(
    (seat) => !isFree(game.seating[seat]) && !game.seating[seat].is_ready,
  );
  return (
    <section className="felt felt-lobby" aria-label="The table">
      <ul className="lobby-seats">
        {SEATS.map((seat) => (
          <li key={seat} className="lobby-seat" data-free={isFree(game.seating[seat]) || undefined}>
            <Sitter seat={seat} sitter={game.seating[seat]} />
          </li>
        ))}
      </ul>
      <div className="lobby-next">
        <p role="status">
          {free > 0
            ? `${free} ${free === 1 ? "seat is" : "seats are"} free. The cards are dealt once all four are taken and ready.`
            : `Waiting for ${waiting.map((seat) => (seat === viewer ? "you" : nameOf(game, seat))).join(", ")} to be ready.`}
        </p>
        {viewer === null && free > 0 && (
          <button type="button" className="button button-primary" onClick={onJoin}>
            Take a seat
          </button>
        )}
        {viewer !== null && (
          <button
            type="button"
            className={ready ? "button" : "button button-primary"}
            aria-pressed={ready}
            onClick={() =>
              void actions.run({ do: "ready", is_ready: !ready }, "That was not taken.", viewer)
            }
          >
            {ready && <Icon name="check" />}
            {ready ? "Ready" : "I am ready"}
          </button>
        )}
      </div>
    </section>
  );
}

function Sitter({ seat, sitter }: { readonly seat: Seat; readonly sitter: SeatView }) {
  const { game, viewer, hosts, present, actions } = useTable();
  if (isFree(sitter)) {
    return (
      <>
        <span className="avatar avatar-free" aria-hidden="true" />
        <span className="plate-name quiet-felt">Free seat</span>
        {hosts && (
          <button
            type="button"
            className="button button-felt"
            aria-label={`Add a bot to seat ${seat + 1}`}
            onClick={() => void actions.run({ do: "add_bot", seat }, "No bot was added.")}
          >
            <Icon name="plus" />
            Bot
          </button>
        )}
      </>
    );
  }
  const name = nameOf(game, seat);
  return (
    <>
      <span className="avatar" aria-hidden="true">
        {sitter.is_ai ? "⚙\uFE0E" : name.charAt(0).toUpperCase()}
      </span>
      <span className="plate-name">
        {name}
        {seat === viewer && <span className="plate-you"> (you)</span>}
        <Presence seat={seat} isBot={sitter.is_ai} here={present} />
      </span>
      <span className="lobby-state" data-ready={sitter.is_ready || undefined}>
        {seat === game.host_seat && "Host · "}
        {sitter.is_ready ? "ready" : "not ready"}
      </span>
      {sitter.is_ai && <Bot seat={seat} name={name} profile={sitter.ai_profile?.name} />}
      {!sitter.is_ai && hosts && seat !== viewer && (
        <button
          type="button"
          className="button button-felt"
          aria-label={`Remove ${name}`}
          onClick={() =>
            void actions.run({ do: "remove_player", seat }, `${name} was not removed.`)
          }
        >
          Remove
        </button>
      )}
    </>
  );
}

interface BotProps {
  readonly seat: Seat;
  readonly name: string;
  readonly profile: Profile | undefined;
}

function Bot({ seat, name, profile }: BotProps) {
  const { hosts, actions } = useTable();
  if (!hosts) return <span className="quiet-felt">plays {word(profile)}</span>;
  return (
    <span className="bot-line">
      <select
        className="field"
        aria-label={`How ${name} plays`}
        value={profile}
        onChange={(event) =>
          void actions.run(
            { do: "update_bot", seat, profile: event.target.value as Profile },
            `${name} was not changed.`,
          )
        }
      >
        <option value="heuristic">Plays well</option>
        <option value="random">Plays anyhow</option>
      </select>
      <button
        type="button"
        className="icon-button button-felt"
        aria-label={`Remove ${name}`}
        onClick={() => void actions.run({ do: "remove_bot", seat }, `${name} was not removed.`)}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}

function word(profile: Profile | undefined): string {
  return profile === "random" ? "anyhow" : "well";
}
