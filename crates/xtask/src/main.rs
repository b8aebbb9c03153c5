//! House rules as code, and the runner behind `make check` and `make test`.
//!
//! Must not know what Parlor does: it reads files, asks cargo and starts programs.

mod docs;
mod live_server;
mod metadata;
mod plan;
mod readme;
mod rules;
mod rust_text;
mod steps;
mod summary;
mod tree;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use metadata::Metadata;
use rules::{Finding, RULES};
use tree::Tree;

const HELP: &str = "\
cargo xtask check                 hold the tree against the house rules
cargo xtask docs                  write the generated tables of the pages anew
cargo xtask readme                run the commands of README.md against a server
cargo xtask steps check|test [STEP ...]
                                  run the steps of `make check` or `make test`, or some of them";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// True if all is well.
fn run(words: &[&str]) -> Result<bool> {
    let root = root()?;
    match words {
        ["check"] => check(&root),
        ["docs"] => docs::write(&root).map(|()| true),
        ["readme"] => readme::run(&root),
        ["steps", plan, names @ ..] => steps(&root, plan, names),
        _ => bail!("usage:\n{HELP}"),
    }
}

/// The checkout that this is run in: the nearest folder upwards that holds the workspace.
fn root() -> Result<PathBuf> {
    let here = env::current_dir()?;
    let root = here.ancestors().find(|folder| folder.join("crates/xtask/Cargo.toml").is_file());
    Ok(root.context("run this inside the checkout")?.to_owned())
}

fn check(root: &Path) -> Result<bool> {
    let tree = Tree::load(root)?;
    let metadata = Metadata::load(root)?;
    let mut broken = 0;
    for rule in RULES {
        broken += usize::from(!report(rule.name, &(rule.run)(&tree, &metadata)));
    }
    broken += usize::from(!report("generated pages are fresh", &docs::stale(root)));
    let total = RULES.len() + 1;
    println!("{} of {total} house rules are kept", total - broken);
    Ok(broken == 0)
}

fn report(rule: &str, findings: &[Finding]) -> bool {
    println!("{:6} {rule}", if findings.is_empty() { "ok" } else { "BROKEN" });
    for Finding { place, problem } in findings {
        println!("         {place}: {problem}");
    }
    findings.is_empty()
}

fn steps(root: &Path, plan: &str, names: &[&str]) -> Result<bool> {
    let this_program = env::current_exe()?.to_string_lossy().into_owned();
    let all = match plan {
        "check" => plan::check(root, &this_program),
        "test" => plan::test(&this_program),
        _ => bail!("usage:\n{HELP}"),
    };
    let known = all.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
    if let Some(name) = names.iter().find(|name| all.iter().all(|step| step.name != **name)) {
        bail!("no step `{name}` in {plan}; there are: {known}");
    }
    let chosen = all.into_iter().filter(|step| names.is_empty() || names.contains(&step.name));
    steps::run(root, plan, chosen.collect())
}
