//! `parlor user` and `parlor token`: work on the data directory, also while a server runs on it.
//! Must not know how users are kept or tokens are made.

use std::io::IsTerminal;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand};
use server::auth::ADMIN;
use server::listen::{Mode, open_store};
use server::users::Users;

use crate::serve::Source;

/// Roles that a user can be given.
const ROLES: [&str; 2] = ["admin", "service"];

/// Print an API token for a script, alone on standard output:
/// `TOKEN=$(parlor token --user alice)`.
///
/// The user is made if there is none of that name.
#[derive(Debug, Args)]
pub(crate) struct Token {
    /// Name or id of the user.
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

/// Add, list and promote users.
#[derive(Debug, Args)]
pub(crate) struct User {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a user and print its id. `parlor token --user NAME` then prints a login.
    Add {
        /// Name to show, 1 to 64 characters.
        name: String,
        /// Make it an administrator.
        #[arg(long)]
        admin: bool,
        #[command(flatten)]
        source: Source,
    },
    /// List users: id, roles, name; guests with `--guests`.
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
        /// Name or id of the user.
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

fn at_the_desk<T>(
    source: &Source,
    work: impl AsyncFnOnce(&Users) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let settings = source.settings()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let dir = settings.data_dir.display().to_string();
        let store = open_store(&settings, Mode::Tool).with_context(|| format!("data_dir {dir}"))?;
        let users = Users::new(&settings, store.clone())?;
        let done = work(&users).await;
        store.close().await?;
        done
    })
}

fn roles_of(user: &server::users::User) -> String {
    if user.roles.is_empty() { "-".to_owned() } else { user.roles.join(",") }
}

impl Token {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let (user, token) = at_the_desk(&self.source, async |users| {
            Ok(users.token(&self.user, self.role.as_deref(), self.ttl).await?)
        })?;
        if std::io::stdout().is_terminal() {
            eprintln!("Keep this secret: whoever has it acts as {} ({}).", user.name, user.id);
        }
        println!("{token}");
        Ok(())
    }
}

impl User {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            UserCommand::Add { name, admin, source } => {
                let roles: &[&str] = if admin { &[ADMIN] } else { &[] };
                let user = at_the_desk(&source, async |users| Ok(users.add(&name, roles).await?))?;
                println!("{}", user.id);
                eprintln!("For a login: parlor token --user {}", user.id);
            }
            UserCommand::List { guests, json, source } => {
                let users = at_the_desk(&source, async |users| Ok(users.list().await?))?;
                for user in users.iter().filter(|user| guests || !user.guest) {
                    if json {
                        println!("{}", serde_json::to_string(user)?);
                    } else {
                        println!("{:<18} {:<14} {}", user.id.as_str(), roles_of(user), user.name);
                    }
                }
            }
            UserCommand::Grant { user, role, revoke, source } => {
                let user = at_the_desk(&source, async |users| {
                    Ok(if revoke {
                        users.revoke(&user, &role).await?
                    } else {
                        users.grant(&user, &role).await?
                    })
                })?;
                println!("{:<18} {:<14} {}", user.id.as_str(), roles_of(&user), user.name);
            }
        }
        Ok(())
    }
}
