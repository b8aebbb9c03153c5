//! `parlor serve`: settings from flags, environment and file, then the server. Must not know what
//! a setting means.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use server::settings::{Overrides, Settings};

use crate::print;

/// Where a command finds its settings; `serve` and the commands beside it read the same.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// Settings file [default: parlor.toml, if it is there].
    #[arg(long, value_name = "FILE", env = "PARLOR_CONFIG")]
    config: Option<PathBuf>,
    /// Directory of the database and the signing secret [default: ./data].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Any other setting, by its name: `--set auth.guests=false`. May be given more than once.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    values: Vec<(String, String)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

impl Source {
    fn overrides(&self) -> Overrides {
        let mut overrides = Overrides::default();
        overrides.config.clone_from(&self.config);
        if let Some(dir) = &self.data_dir {
            overrides = overrides.set("data_dir", dir.to_string_lossy());
        }
        self.values.iter().fold(overrides, |all, (name, value)| all.set(name, value.clone()))
    }

    /// The settings that `serve` would have.
    pub(crate) fn settings(&self) -> anyhow::Result<Settings> {
        Ok(Settings::load(&self.overrides())?)
    }
}

/// Run the server until SIGTERM or Ctrl-C; then every socket is told when to come back, commits
/// under way are finished, and it ends with status 0.
///
/// Settings come from a TOML file, then the environment (PARLOR_LISTEN, PARLOR_AUTH_GUESTS, …),
/// then flags; the later ones win. docs/SETTINGS.md lists all of them.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// `sqlite` (a file in the data directory) or `memory` (nothing is kept) [default: sqlite].
    #[arg(long)]
    store: Option<String>,
    /// The address that people reach the server at, for links.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Origins of pages elsewhere that may use this server, separated by commas.
    #[arg(long, value_name = "ORIGINS")]
    allowed_origins: Option<String>,
    /// Print the settings as they come out, with secrets masked, and end.
    #[arg(long)]
    print_config: bool,
    #[command(flatten)]
    source: Source,
}

impl Serve {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let flags = [
            ("listen", self.listen),
            ("store", self.store),
            ("public_url", self.public_url),
            ("allowed_origins", self.allowed_origins),
        ];
        let overrides =
            flags.into_iter().fold(self.source.overrides(), |all, (name, value)| match value {
                Some(value) => all.set(name, value),
                None => all,
            });
        let settings = Settings::load(&overrides)?;
        if self.print_config {
            return print::text(settings.print_config());
        }
        server::logs::init(&settings.log)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(server::listen::serve(settings))
    }
}

/// Pages that are generated from the tables in the code.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Page {
    Settings,
    Errors,
    Closes,
    Metrics,
}

/// Print a generated page of the documentation.
#[derive(Debug, Args)]
pub(crate) struct Docs {
    page: Page,
}

impl Docs {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let text = match self.page {
            Page::Settings => server::docs::settings(),
            Page::Errors => server::docs::errors(),
            Page::Closes => server::docs::close_codes(),
            Page::Metrics => server::docs::metrics(),
        };
        print::text(text)
    }
}
