/** Makes a board: a title, and teams if wanted. Asks for a name first when nobody is logged in. */
import { type FormEvent, useId, useState } from "react";
import { handOver } from "../board/first-view";
import { boardPath } from "../board/links";
import { type Board, NAME_LENGTH } from "../board/model";
import { useLogin } from "../login/login";
import { reasonOf } from "../ui/errors";
import { Icon } from "../ui/icons";
import { navigate } from "../ui/router";

interface TeamField {
  readonly key: number;
  readonly name: string;
}

export function NewBoard() {
  const { api, ensureUser } = useLogin();
  const [title, setTitle] = useState("");
  const [teams, setTeams] = useState<readonly TeamField[]>([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const titleId = useId();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(null);
    if (!title.trim()) {
      setProblem("Give the board a title.");
      return;
    }
    if (!(await ensureUser("A board belongs to somebody."))) return;
    setBusy(true);
    try {
      const named = teams.map((team) => team.name.trim()).filter((name) => name !== "");
      const view = await api.createSession<Board>("scoreboard", {
        title: title.trim(),
        teams: named.map((name) => ({ name })),
      });
      handOver({ ...view, type: "snapshot" });
      navigate(boardPath(view.session));
    } catch (error) {
      setProblem(`The board was not made. ${reasonOf(error)}`);
      setBusy(false);
    }
  };
  const addTeam = () => setTeams((now) => [...now, { key: (now.at(-1)?.key ?? 0) + 1, name: "" }]);

  return (
    <form className="new-board" onSubmit={(event) => void submit(event)}>
      <label htmlFor={titleId}>What is the occasion?</label>
      <div className="new-board-line">
        <input
          id={titleId}
          className="field"
          value={title}
          maxLength={NAME_LENGTH}
          placeholder="Friday at Ada’s"
          autoComplete="off"
          onChange={(event) => setTitle(event.target.value)}
        />
        <button type="submit" className="button button-primary" disabled={busy}>
          New board
        </button>
      </div>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {teams.map((team, index) => (
        <div className="new-board-team" key={team.key}>
          <input
            className="field"
            aria-label={`Name of team ${index + 1}`}
            placeholder={`Team ${index + 1}`}
            // biome-ignore lint/a11y/noAutofocus: the visitor has just asked for this field
            autoFocus
            value={team.name}
            maxLength={NAME_LENGTH}
            autoComplete="off"
            onChange={(event) =>
              setTeams((now) =>
                now.map((one) =>
                  one.key === team.key ? { ...one, name: event.target.value } : one,
                ),
              )
            }
          />
          <button
            type="button"
            className="icon-button"
            aria-label={`Without team ${index + 1}`}
            onClick={() => setTeams((now) => now.filter((one) => one.key !== team.key))}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      <button type="button" className="text-button" onClick={addTeam}>
        <Icon name="plus" />
        Add a team
      </button>
    </form>
  );
}
