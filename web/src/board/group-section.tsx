/** A team with its players, or the players without a team. */
import { Icon } from "../ui/icons";
import { InlineEdit } from "../ui/inline-edit";
import { useFlash } from "../ui/use-flash";
import { AddForm } from "./add-form";
import { isPending } from "./apply";
import { useBoard } from "./board-context";
import { NAME_LENGTH, type Team } from "./model";
import { PlayerCard } from "./player-card";
import type { Group } from "./stats";

interface GroupSectionProps {
  readonly group: Group;
  /** The team itself; undefined for those without one. */
  readonly team: Team | undefined;
  /** Which of the team colours; a number from 0. */
  readonly colour: number | null;
}

export function GroupSection({ group, team, colour }: GroupSectionProps) {
  const { edits, actions } = useBoard();
  const flash = useFlash(group.score);
  const can = edits && !(group.id !== null && isPending(group.id));
  const titleId = `group-${group.id ?? "none"}`;
  return (
    <section
      className="group"
      aria-labelledby={titleId}
      data-colour={colour ?? undefined}
      data-pending={(group.id !== null && isPending(group.id)) || undefined}
    >
      <header className="group-head">
        <h2 id={titleId}>
          {team ? (
            <InlineEdit
              value={team.name}
              label={`Name of team ${team.name}`}
              maxLength={NAME_LENGTH}
              readOnly={!can}
              onSave={(name) => actions.renameTeam(team, name)}
            />
          ) : (
            group.name
          )}
        </h2>
        {team && can && (
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove team ${team.name}`}
            title={`Remove team ${team.name}; its players stay`}
            onClick={() => {
              document.querySelector<HTMLElement>(".add-team, .groups > .add-form input")?.focus();
              actions.removeTeam(team);
            }}
          >
            <Icon name="trash" />
          </button>
        )}
        <p className="score" data-flash={flash}>
          {group.score}
          <span className="sr-only"> in all</span>
        </p>
      </header>
      {group.players.length > 0 && (
        <ul className="players">
          {group.players.map((player) => (
            <PlayerCard key={player.id} player={player} />
          ))}
        </ul>
      )}
      {group.players.length === 0 && !can && <p className="quiet">Nobody here yet.</p>}
      {can && (
        <AddForm
          className="add-player"
          label="Add a player"
          fieldLabel={
            team
              ? `Name of the new player in ${team.name}`
              : "Name of the new player without a team"
          }
          placeholder="Name"
          onAdd={(name) => actions.addPlayer(name, group.id)}
        />
      )}
    </section>
  );
}
