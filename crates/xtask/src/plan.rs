//! The steps of `make check` and of `make test`: what is run, where, and what must have gone well
//! before.
//!
//! Must not know how steps are run or reported.

use std::path::Path;

/// One command.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// Folder below the root in which it runs.
    pub(crate) folder: &'static str,
    pub(crate) command: Vec<String>,
    pub(crate) env: Vec<(&'static str, String)>,
    /// Steps without whose success it cannot run.
    pub(crate) needs: &'static [&'static str],
    /// Whether it must print how many tests passed.
    pub(crate) counts: bool,
}

impl Step {
    /// `command` is split at spaces; `argument` adds what may hold one.
    fn new(name: &'static str, command: &str) -> Self {
        Self {
            name,
            folder: ".",
            command: command.split(' ').map(ToOwned::to_owned).collect(),
            env: Vec::new(),
            needs: &[],
            counts: false,
        }
    }

    fn argument(mut self, argument: impl Into<String>) -> Self {
        self.command.push(argument.into());
        self
    }

    /// Puts the program before the words; its path may hold spaces.
    fn run_by(mut self, program: &str) -> Self {
        self.command.insert(0, program.to_owned());
        self
    }

    fn within(mut self, folder: &'static str) -> Self {
        self.folder = folder;
        self
    }

    fn needs(mut self, names: &'static [&'static str]) -> Self {
        self.needs = names;
        self
    }

    fn counting(mut self) -> Self {
        self.counts = true;
        self
    }

    fn env(mut self, name: &'static str, value: &str) -> Self {
        self.env.push((name, value.to_owned()));
        self
    }
}

const TYPESCRIPT: &str = "clients/typescript";
const WEB: &str = "web";
const SCOREBOARD_APP: &str = "examples/sveltekit-scoreboard";
const NOMMIE_APP: &str = "examples/nextjs-nommie";

/// `make check`: cheap steps first.
pub(crate) fn check(root: &Path, this_program: &str) -> Vec<Step> {
    vec![
        Step::new("format", "cargo fmt --all --check"),
        Step::new("licences", "cargo deny --locked check bans licenses sources"),
        typescript_build(),
        Step::new("typescript", "npm run check").within(TYPESCRIPT).needs(&["typescript-build"]),
        Step::new("web", "npm run check").within(WEB),
        app("scoreboard-app", "npm run check", SCOREBOARD_APP),
        app("nommie-app", "npm run check", NOMMIE_APP),
        page(),
        lints(root),
        Step::new("rustdoc", "cargo doc --workspace --no-deps --locked")
            .env("RUSTDOCFLAGS", "-D warnings"),
        build(),
        Step::new("house-rules", "check").run_by(this_program).needs(&["build"]),
    ]
}

/// `make test`.
pub(crate) fn test(this_program: &str) -> Vec<Step> {
    vec![
        page(),
        build().needs(&["page"]),
        Step::new("rust", "cargo nextest run --workspace --locked").counting(),
        Step::new("rust-docs", "cargo test --doc --workspace --locked").counting(),
        Step::new("autobahn", "python tests/autobahn.py").needs(&["build"]).counting(),
        Step::new("typescript", "npm test").within(TYPESCRIPT).counting(),
        Step::new("typescript-live", "npm run test:live")
            .within(TYPESCRIPT)
            .needs(&["build"])
            .counting(),
        Step::new("web", "npm test").within(WEB).counting(),
        Step::new("browser", "npm run e2e").within(WEB).needs(&["build", "page"]).counting(),
        typescript_build(),
        app("scoreboard-app", "npm run build", SCOREBOARD_APP),
        app("nommie-app", "npm run build", NOMMIE_APP),
        Step::new("apps", "npm run e2e:examples")
            .within(WEB)
            .needs(&["build", "scoreboard-app", "nommie-app"])
            .counting(),
        Step::new("readme", "readme").run_by(this_program).needs(&["build"]).counting(),
    ]
}

/// What people get who install the client; the apps of `examples` use it like them.
fn typescript_build() -> Step {
    Step::new("typescript-build", "npm run build").within(TYPESCRIPT)
}

fn app(name: &'static str, command: &str, folder: &'static str) -> Step {
    Step::new(name, command).within(folder).needs(&["typescript-build"])
}

/// The page that the binary carries.
fn page() -> Step {
    Step::new("page", "npm run build").within(WEB)
}

/// Everything that nextest will want, in one go: a build of `parlor` alone would choose other
/// features for what it shares with the rest, and compile that twice.
fn build() -> Step {
    Step::new("build", "cargo build --workspace --bins --tests --examples --locked")
}

fn lints(root: &Path) -> Step {
    // Clippy is a workspace wrapper itself and so takes the place of ours; this word of its
    // arguments keeps the clones apart (docs/decisions/0004-shared-build-directory.md).
    let clone = format!("clone=\"{}\"", root.display());
    Step::new("lints", "cargo clippy --workspace --all-targets --locked -- -D warnings --cfg")
        .argument(clone)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{check, test};

    #[test]
    fn what_a_step_needs_comes_before_it() {
        for steps in [check(Path::new("/x"), "xtask"), test("xtask")] {
            for (index, step) in steps.iter().enumerate() {
                for need in step.needs {
                    let before = steps[..index].iter().any(|earlier| earlier.name == *need);
                    assert!(before, "{} needs {need}", step.name);
                }
            }
        }
    }

    #[test]
    fn no_two_steps_share_a_name_since_logs_are_named_after_them() {
        for steps in [check(Path::new("/x"), "xtask"), test("xtask")] {
            let names: std::collections::BTreeSet<_> = steps.iter().map(|step| step.name).collect();
            assert_eq!(names.len(), steps.len());
        }
    }
}
