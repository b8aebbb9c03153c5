//! `parlor user` and `parlor token`: work on the data directory, also while a server runs on it.
//! Must not know how users are kept or tokens are made.

use std::io::{BufRead, IsTerminal};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use server::auth::ADMIN;
use server::listen::{Mode, open_store};
use server::settings::StoreKind;
use server::users::{Account, Users};

use crate::print;
use crate::serve::Source;

/// Roles that a user can be given.
const ROLES: [&str; 2] = ["admin", "service"];

/// Print an API token for a script, alone on standard output:
/// `TOKEN=$(parlor token --user alice)`.
///
/// The user is made if there is none of that name.
#[derive(Debug, Args)]
pub(crate) struct Token {
    /// Name or id of the user, or `@SITE_ID`.
    #[arg(long, value_name = "NAME")]
    user: String,
    /// Give the user this role first: `admin`, or `service` for your own backend.
    #[arg(long, value_parser = ROLES)]
    role: Option<String>,
    /// How long the token lives: `90s`, `15m`, `12h`, `30d`.
    #[arg(long, default_value = "30d", value_parser = duration)]
    ttl: Duration,
    #[command(flatten)]
    source: Source,
}

fn duration(text: &str) -> Result<Duration, String> {
    let unit = text.chars().last().ok_or("empty")?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err("write it as 90s, 15m, 12h or 30d".to_owned()),
    };
    let count: u64 =
        text[..text.len() - 1].parse().map_err(|_| "write it as 90s, 15m, 12h or 30d")?;
    match count.checked_mul(seconds) {
        Some(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err("out of range".to_owned()),
    }
}

/// Add, list and promote users, give them passwords, end their logins.
///
/// A user is named by id, by the name that an operator gave, or as `@SITE_ID` by what they log in with.
/// Who signed up by themselves is named in the last way or by id alone.
#[derive(Debug, Args)]
pub(crate) struct User {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a user and print its id. `parlor token --user NAME` then prints a token for scripts; with
    /// `--login` the user logs in with a password.
    Add {
        /// Name to show, 1 to 64 characters.
        name: String,
        /// Make it an administrator.
        #[arg(long)]
        admin: bool,
        /// Give it this name to log in with. The password is asked for, or read as one line from
        /// standard input.
        #[arg(long, value_name = "SITE_ID")]
        login: Option<String>,
        #[command(flatten)]
        source: Source,
    },
    /// Set a user's password, asked for, or read as one line from standard input. Logins by the old
    /// one end. Who has no account gets one.
    Password {
        /// Name or id of the user, or `@SITE_ID`.
        user: String,
        /// The name to log in with, for who has no account [default: the user's name].
        #[arg(long, value_name = "SITE_ID")]
        login: Option<String>,
        #[command(flatten)]
        source: Source,
    },
    /// End all logins of a user: their tokens are refused and their sockets closed, on a running server
    /// within seconds.
    End {
        /// Name or id of the user, or `@SITE_ID`.
        user: String,
        /// Take all roles from them, too.
        #[arg(long)]
        forget_roles: bool,
        /// USER is the `sub` of another identity provider's tokens; Parlor need not know it.
        #[arg(long, conflicts_with = "forget_roles")]
        foreign: bool,
        #[command(flatten)]
        source: Source,
    },
    /// List users: id, roles, name and what they log in with; guests with `--guests`.
    List {
        /// Guests as well.
        #[arg(long)]
        guests: bool,
        /// As JSON, one user a line.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        source: Source,
    },
    /// Give a user a role, or take it away.
    Grant {
        /// Name or id of the user, or `@SITE_ID`.
        user: String,
        /// `admin` or `service`.
        #[arg(value_parser = ROLES)]
        role: String,
        /// Take it away instead.
        #[arg(long)]
        revoke: bool,
        #[command(flatten)]
        source: Source,
    },
}

/// What a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wants {
    /// A data directory, which is made if it is missing.
    Place,
    /// The users of one that is there.
    Kept,
    /// The secret alone: users may be gone with a server whose store is in memory.
    Secret,
}

fn at_the_desk<T>(
    source: &Source,
    wants: Wants,
    work: impl AsyncFnOnce(&Users) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let settings = source.settings()?;
    let dir = settings.data_dir.display().to_string();
    ensure!(
        wants == Wants::Secret || settings.store != StoreKind::Memory,
        "store = memory keeps no users: they live and end with the server"
    );
    ensure!(
        wants != Wants::Kept || settings.data_dir.is_dir(),
        "data_dir {dir}: there is no such directory, so there are no users in it"
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = open_store(&settings, Mode::Tool).with_context(|| format!("data_dir {dir}"))?;
        let users = Users::new(&settings, store.clone())?;
        let done = work(&users).await;
        store.close().await?;
        done
    })
}

/// A password from the terminal, typed twice and not shown; or the first line of what is piped in.
fn read_password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        let password = rpassword::prompt_password("Password: ").context("no terminal to ask on")?;
        let again = rpassword::prompt_password("The same again: ")?;
        ensure!(password == again, "these are two different passwords");
        return Ok(password);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("standard input")?;
    let password = line.strip_suffix('\n').unwrap_or(&line);
    let password = password.strip_suffix('\r').unwrap_or(password);
    if password.is_empty() {
        bail!("no password: pipe one line in, or run this on a terminal");
    }
    Ok(password.to_owned())
}

/// A line of a list.
fn print(user: &server::users::User, account: Option<&Account>) -> anyhow::Result<()> {
    let login = account.map_or_else(String::new, |account| format!("  @{}", account.site_id));
    let (id, roles) = (user.id.as_str(), roles_of(user));
    print::line(format_args!("{id:<18} {roles:<14} {}{login}", user.name))
}

fn roles_of(user: &server::users::User) -> String {
    if user.roles.is_empty() { "-".to_owned() } else { user.roles.join(",") }
}

impl Token {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let (user, token) = at_the_desk(&self.source, Wants::Secret, async |users| {
            Ok(users.token(&self.user, self.role.as_deref(), self.ttl).await?)
        })?;
        if std::io::stdout().is_terminal() {
            eprintln!("Keep this secret: whoever has it acts as {} ({}).", user.name, user.id);
        }
        print::line(token)
    }
}

impl User {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            UserCommand::Add { name, admin, login, source } => {
                let roles: &[&str] = if admin { &[ADMIN] } else { &[] };
                let Some(login) = login else {
                    let user = at_the_desk(&source, Wants::Place, async |users| {
                        Ok(users.add(&name, roles).await?)
                    })?;
                    print::line(&user.id)?;
                    eprintln!(
                        "For a login: parlor token --user {0}, or parlor user password {0}",
                        user.id
                    );
                    return Ok(());
                };
                let password = read_password()?;
                let (user, account) = at_the_desk(&source, Wants::Place, async |users| {
                    Ok(users.add_with_login(&name, roles, &login, &password).await?)
                })?;
                print::line(&user.id)?;
                eprintln!("{} logs in as {}.", user.name, account.site_id);
            }
            UserCommand::Password { user, login, source } => {
                let password = read_password()?;
                let (user, account) = at_the_desk(&source, Wants::Kept, async |users| {
                    Ok(users.set_password(&user, login.as_deref(), &password).await?)
                })?;
                eprintln!("{} ({}) logs in as {}.", user.name, user.id, account.site_id);
            }
            UserCommand::End { user, foreign: true, source, .. } => {
                at_the_desk(&source, Wants::Kept, async |users| {
                    Ok(users.end_foreign(&user).await?)
                })?;
                eprintln!("Tokens of {user} from before now are refused.");
            }
            UserCommand::End { user, forget_roles, source, .. } => {
                let end = async |users: &Users| Ok(users.end(&user, forget_roles).await?);
                print(&at_the_desk(&source, Wants::Kept, end)?, None)?;
            }
            UserCommand::List { guests, json, source } => {
                let users = at_the_desk(&source, Wants::Kept, async |users| {
                    let mut shown = Vec::new();
                    for user in users.list().await? {
                        if guests || !user.guest {
                            shown.push((users.account_of(&user).await?, user));
                        }
                    }
                    Ok(shown)
                })?;
                for (account, user) in &users {
                    if json {
                        let mut line = serde_json::to_value(user)?;
                        line["site_id"] =
                            account.as_ref().map(|account| account.site_id.as_str()).into();
                        print::line(line)?;
                    } else {
                        print(user, account.as_ref())?;
                    }
                }
            }
            UserCommand::Grant { user, role, revoke, source } => {
                let user = at_the_desk(&source, Wants::Kept, async |users| {
                    Ok(if revoke {
                        users.revoke(&user, &role).await?
                    } else {
                        users.grant(&user, &role).await?
                    })
                })?;
                print(&user, None)?;
            }
        }
        Ok(())
    }
}
