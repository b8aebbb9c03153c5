//! [`Scoreboard`]: who may ask what of a board, and the way into its changes. Must not know how a
//! board is kept (that is `board`).

use game::{
    Actor, Commit, Ctx, Draws, Game, GameName, NoEvent, Refusal, RefusalKind, UserId, Viewer,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Board, BoardView, Catalogue, Command, InviteCode, Options};

/// A board of drinks: teams, players, tallies. It has no seats: everyone sees the same.
#[derive(Debug, Clone, Copy)]
pub struct Scoreboard;

impl Game for Scoreboard {
    const NAME: GameName = "scoreboard";
    type Options = Options;
    type State = Board;
    type Command = Command;
    type Event = NoEvent;
    type View = BoardView;
    type EventView = NoEvent;

    fn create(
        options: Options,
        creator: &Actor,
        ctx: &mut Ctx,
    ) -> Result<Commit<Board, NoEvent>, Refusal> {
        if *creator == Actor::Clock {
            return Err(Refusal::forbidden("the clock makes no boards"));
        }
        let catalogue = options.catalogue.unwrap_or_else(Catalogue::seed);
        let owner = person(creator).cloned();
        let mut board = Board::new(ctx.session, options.title, owner, catalogue)?;
        for team in options.teams.unwrap_or_default() {
            board.add_team(team.name)?;
        }
        Ok(Commit::new(board))
    }

    fn apply(
        state: &Board,
        actor: &Actor,
        command: Command,
        ctx: &mut Ctx,
    ) -> Result<Commit<Board, NoEvent>, Refusal> {
        check_right(state, actor, &command)?;
        let mut board = state.clone();
        let reply = change(&mut board, actor, command, &mut ctx.random)?;
        Ok(Commit::new(board).with_reply(reply))
    }

    fn view(state: &Board, _: Viewer) -> BoardView {
        state.view()
    }

    fn event_for(event: &NoEvent, _: Viewer) -> Option<NoEvent> {
        match *event {}
    }

    fn title(state: &Board) -> String {
        state.title().to_string()
    }
}

/// Who acts, when it is somebody with a login. A program of the owner's may do what the owner may.
const fn person(actor: &Actor) -> Option<&UserId> {
    match actor {
        Actor::User(id) | Actor::Service(id) => Some(id),
        Actor::System | Actor::Clock => None,
    }
}

/// The owner may all but feed the catalogue, editors may all that is not the owner's, anyone with a
/// login may try a code, and the server may all but join.
fn check_right(board: &Board, actor: &Actor, command: &Command) -> Result<(), Refusal> {
    let owner = person(actor).is_some() && person(actor) == board.owner.as_ref();
    let editor = owner || person(actor).is_some_and(|user| board.is_editor(user));
    let server = *actor == Actor::System;
    let (allowed, who) = match command {
        Command::Catalogue(_) => (server, "the server"),
        Command::Join { .. } => (person(actor).is_some(), "somebody with a login"),
        Command::Grant { .. } | Command::Revoke { .. } | Command::Invite => {
            (server || owner, "the board's owner")
        }
        _ => (server || editor, "the board's owner or an editor"),
    };
    if allowed { Ok(()) } else { Err(Refusal::forbidden(format!("only {who} may do this"))) }
}

/// Carries out a command that the actor may give; answers with the reply.
fn change(
    board: &mut Board,
    actor: &Actor,
    command: Command,
    random: &mut Draws,
) -> Result<Value, Refusal> {
    Ok(match command {
        Command::SetTitle { title } => {
            board.set_title(title);
            Value::Null
        }
        Command::AddTeam { name } => to_json(board.add_team(name)?),
        Command::RenameTeam { team_id, name } => to_json(board.rename_team(&team_id, name)?),
        Command::RemoveTeam { team_id } => to_json(board.remove_team(&team_id)?),
        Command::AddPlayer { name, team_id } => to_json(board.add_player(name, team_id)?),
        Command::EditPlayer(edit) => to_json(board.edit_player(edit)?),
        Command::RemovePlayer { player_id } => to_json(board.remove_player(&player_id)?),
        Command::AddDrink { player_id, drink_id, amount } => {
            to_json(board.add_drink(&player_id, &drink_id, amount)?)
        }
        Command::Grant { user_id } => to_json(board.add_editor(user_id)?),
        Command::Revoke { user_id } => to_json(board.remove_editor(&user_id)?),
        Command::Invite => {
            let code = InviteCode::draw(random);
            board.invite = Some(code);
            json!({ "code": code })
        }
        Command::Join { code } => to_json(join(board, actor, code)?),
        Command::Catalogue(catalogue) => to_json(board.take_catalogue(catalogue)?),
    })
}

/// A wrong code and a board without one are refused alike, so that a guess tells nothing.
fn join(board: &mut Board, actor: &Actor, code: InviteCode) -> Result<(), Refusal> {
    let right = board.invite.is_some_and(|open| open.matches(code));
    match person(actor) {
        Some(user) if right => board.add_editor(user.clone()),
        _ => Err(Refusal::new(RefusalKind::Forbidden, "BAD_INVITE", "this code lets nobody in")),
    }
}

/// `()` becomes `null`.
fn to_json(reply: impl Serialize) -> Value {
    serde_json::to_value(reply).expect("replies have only text keys and whole numbers")
}
