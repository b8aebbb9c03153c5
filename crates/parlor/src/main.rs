//! The command line: `serve`, `watch`, `replay`, `verify`, `token`, `user`, `bench`. Must not know how
//! any of it is done: each command has a module or a crate of its own.

mod bench;
mod people;
mod print;
mod replay;
mod serve;
mod verify;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;

// docs/decisions/0010
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Hosts game sessions and keeps every viewer in sync.
///
/// Start with `parlor serve` and open the page that it names; `parlor watch` follows a board from
/// the terminal.
#[derive(Debug, Parser)]
#[command(name = "parlor", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Serve),
    /// Follow a session in the terminal, live.
    Watch(watch::WatchArgs),
    /// Play a session's log again: check it, tell it, show any version of it.
    Replay(replay::Replay),
    /// Check that the casino did not cheat: draw the plays of a revealed seed again.
    Verify(verify::Verify),
    /// Print an API token for a script, alone on standard output.
    Token(people::Token),
    /// Add, list and promote users.
    User(people::User),
    /// Put load on a server of its own and measure what a delivery costs.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Print a generated page of the documentation.
    #[command(hide = true)]
    Docs(serve::Docs),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::Watch(watch) => watch.run(),
        Command::Replay(replay) => replay.run(),
        Command::Verify(verify) => verify.run(),
        Command::Token(token) => token.run(),
        Command::User(user) => user.run(),
        Command::Bench(bench) => bench.run(),
        Command::Docs(docs) => docs.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<print::NobodyReads>() => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("parlor: {error:#}");
            ExitCode::FAILURE
        }
    }
}
