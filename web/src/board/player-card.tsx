/** One player: what they have had, and the buttons to change it. */
import { memo, useRef, useState } from "react";
import { Icon } from "../ui/icons";
import { InlineEdit } from "../ui/inline-edit";
import { Marks } from "../ui/marks";
import { useFlash } from "../ui/use-flash";
import { isPending } from "./apply";
import { useBoard } from "./board-context";
import { DrinkPicker } from "./drink-picker";
import { AMOUNT_MAX, NAME_LENGTH, type Player, type Tally } from "./model";
import { scoreOf } from "./stats";

export const PlayerCard = memo(function PlayerCard({ player }: { readonly player: Player }) {
  const { edits, actions, teams } = useBoard();
  const [picking, setPicking] = useState(false);
  const card = useRef<HTMLLIElement>(null);
  const score = scoreOf(player);
  const flash = useFlash(score);
  const can = edits && !isPending(player.id);

  /** The row under the finger is about to go: the focus stays within the card. */
  const keepFocus = () => card.current?.querySelector<HTMLElement>(".add-drink")?.focus();

  return (
    <li className="player" ref={card} data-pending={isPending(player.id) || undefined}>
      <header className="player-head">
        <h3>
          <InlineEdit
            value={player.name}
            label={`Name of ${player.name}`}
            maxLength={NAME_LENGTH}
            readOnly={!can}
            onSave={(name) => actions.renamePlayer(player, name)}
          />
        </h3>
        <p className="score" data-flash={flash}>
          {score}
          <span className="sr-only"> in all</span>
        </p>
      </header>
      {player.drinks.length > 0 && (
        <ul className="tallies">
          {player.drinks.map((tally) => (
            <TallyRow
              key={tally.drink_id}
              player={player}
              tally={tally}
              can={can}
              keepFocus={keepFocus}
            />
          ))}
        </ul>
      )}
      {player.drinks.length === 0 && <p className="quiet">Nothing yet.</p>}
      {can && (
        <footer className="player-foot">
          <button
            type="button"
            className="text-button add-drink"
            aria-label={`Add a drink for ${player.name}`}
            onClick={() => setPicking(true)}
          >
            <Icon name="plus" />
            Drink
          </button>
          <span className="player-more">
            {teams.length > 0 && (
              <select
                className="team-select"
                aria-label={`Team of ${player.name}`}
                value={player.team_id ?? ""}
                onChange={(event) => actions.movePlayer(player, event.target.value || null)}
              >
                <option value="">No team</option>
                {teams.map((team) => (
                  <option key={team.id} value={team.id} disabled={isPending(team.id)}>
                    {team.name}
                  </option>
                ))}
              </select>
            )}
            <button
              type="button"
              className="icon-button"
              aria-label={`Remove ${player.name}`}
              title={`Remove ${player.name}`}
              onClick={() => {
                const group = card.current?.closest(".group");
                group?.querySelector<HTMLElement>(".add-player, .add-form input")?.focus();
                actions.removePlayer(player);
              }}
            >
              <Icon name="trash" />
            </button>
          </span>
        </footer>
      )}
      {picking && can && (
        <DrinkPicker
          player={player}
          onPick={(drinkId) => {
            actions.addDrink(player, drinkId, 1);
            setPicking(false);
          }}
          onClose={() => setPicking(false)}
        />
      )}
    </li>
  );
});

interface TallyRowProps {
  readonly player: Player;
  readonly tally: Tally;
  readonly can: boolean;
  readonly keepFocus: () => void;
}

function TallyRow({ player, tally, can, keepFocus }: TallyRowProps) {
  const { actions } = useBoard();
  const flash = useFlash(tally.amount);
  const { drink_id: id, drink_name: drink, amount } = tally;
  const setAmount = (typed: string) => {
    if (Number(typed) === 0) keepFocus();
    actions.setDrink(player, id, Number(typed));
  };
  return (
    <li className="tally" data-flash={flash}>
      <span className="tally-what">
        <span className="tally-name">{drink}</span>
        <Marks amount={amount} />
      </span>
      {can ? (
        <span className="stepper">
          <button
            type="button"
            aria-label={`One ${drink} less for ${player.name}`}
            onClick={() => {
              if (amount === 1) keepFocus();
              actions.addDrink(player, id, -1);
            }}
          >
            <Icon name="minus" />
          </button>
          <InlineEdit
            value={String(amount)}
            label={`How many ${drink} for ${player.name}`}
            inputMode="numeric"
            parse={parseAmount}
            onSave={setAmount}
          />
          <button
            type="button"
            aria-label={`One ${drink} more for ${player.name}`}
            onClick={() => actions.addDrink(player, id, 1)}
          >
            <Icon name="plus" />
          </button>
        </span>
      ) : (
        <span className="tally-amount">{amount}</span>
      )}
    </li>
  );
}

/** A whole number from 0 to the highest that the form takes, without leading zeros. */
function parseAmount(typed: string): string | null {
  const text = typed.trim();
  const amount = Number(text);
  return /^\d+$/.test(text) && amount <= AMOUNT_MAX ? String(amount) : null;
}
