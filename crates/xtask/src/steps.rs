//! Runs the steps of a plan one after the other: a heading and the time of each, its whole output
//! on the terminal and in a log, and at the end what failed and where to read about it.
//!
//! Must not know what the steps are.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, PipeReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::plan::Step;
use crate::summary::{self, Counts};

/// A step that takes longer hangs. The longest one, a first build, takes about ten minutes.
const STEP_AT_MOST: Duration = Duration::from_secs(40 * 60);

/// How long to wait for the end of the output once a step has ended: past it something that the
/// step started is still running.
const OUTPUT_AT_MOST: Duration = Duration::from_secs(5);

/// How often to look whether a step has ended.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How a step ended.
enum Outcome {
    Passed,
    Failed(String),
    /// What it needs has failed.
    NotRun(&'static str),
}

/// A step that is over.
struct Report {
    step: Step,
    outcome: Outcome,
    counts: Counts,
    time: Duration,
    log: PathBuf,
}

/// Runs `steps` and prints the outcome; true if all went well.
pub(crate) fn run(root: &Path, plan: &str, steps: Vec<Step>) -> Result<bool> {
    let logs = root.join("out/logs");
    fs::create_dir_all(&logs).context("making out/logs")?;
    let mut reports: Vec<Report> = Vec::new();
    for step in steps {
        let log = logs.join(format!("{plan}-{}.log", step.name));
        println!("\n=== {plan}: {} ({})", step.name, step.command.join(" "));
        let report = match missing(&step, &reports) {
            Some(need) => not_run(step, need, log),
            None => run_one(root, step, log)?,
        };
        println!(
            "--- {} {} in {:.1} s",
            report.step.name,
            report.word(),
            report.time.as_secs_f64()
        );
        reports.push(report);
    }
    print_end(root, plan, &reports);
    Ok(reports.iter().all(|report| matches!(report.outcome, Outcome::Passed)))
}

fn missing(step: &Step, reports: &[Report]) -> Option<&'static str> {
    let failed = |name: &str| {
        let report = reports.iter().find(|report| report.step.name == name);
        report.is_some_and(|report| !matches!(report.outcome, Outcome::Passed))
    };
    step.needs.iter().copied().find(|need| failed(need))
}

fn not_run(step: Step, need: &'static str, log: PathBuf) -> Report {
    let counts = Counts { passed: 0, failed: u64::from(step.counts) };
    Report { step, outcome: Outcome::NotRun(need), counts, time: Duration::ZERO, log }
}

fn run_one(root: &Path, step: Step, log: PathBuf) -> Result<Report> {
    let start = Instant::now();
    let (status, output) = execute(root, &step, &log)?;
    let time = start.elapsed();
    let (outcome, counts) = judge(&step, status, &output);
    let outcome = match outcome {
        Outcome::Passed if step.name == "build" => keep_binary(root),
        other => other,
    };
    Ok(Report { step, outcome, counts, time, log })
}

/// A step has failed if it says so, or if it was to run tests and ran none.
fn judge(step: &Step, status: Result<ExitStatus, String>, output: &str) -> (Outcome, Counts) {
    let counts = step.counts.then(|| summary::counts(output)).flatten();
    let ran = counts.is_some_and(|counts| counts.passed + counts.failed > 0);
    let failure = match status {
        Err(reason) => Some(reason),
        Ok(status) if !status.success() => Some(status.to_string()),
        Ok(_) if step.counts && !ran => Some("no test was run".to_owned()),
        Ok(_) => None,
    };
    let mut counts = counts.unwrap_or_default();
    match failure {
        Some(reason) => {
            counts.failed = counts.failed.max(u64::from(step.counts));
            (Outcome::Failed(reason), counts)
        }
        None if counts.failed > 0 => (Outcome::Failed("tests failed".to_owned()), counts),
        None => (Outcome::Passed, counts),
    }
}

/// Another clone that shares the target directory may overwrite the binary while tests use it, so
/// they use a copy in this clone's `out/`.
fn keep_binary(root: &Path) -> Outcome {
    let copy = || -> Result<()> {
        let target = crate::metadata::Metadata::load(root)?.target_directory;
        fs::create_dir_all(root.join("out/bin"))?;
        let kept = parlor_binary(root);
        // A running server may still use the old file; its name can be given to a new one.
        let fresh = kept.with_extension("new");
        fs::copy(target.join("debug/parlor"), &fresh)?;
        fs::rename(fresh, kept)?;
        Ok(())
    };
    copy().map_or_else(
        |error| Outcome::Failed(format!("keeping the binary: {error:#}")),
        |()| Outcome::Passed,
    )
}

fn parlor_binary(root: &Path) -> PathBuf {
    root.join("out/bin/parlor")
}

/// Runs one command with its output shown and kept. The error is a reason to fail the step.
fn execute(root: &Path, step: &Step, log: &Path) -> Result<(Result<ExitStatus, String>, String)> {
    let (reader, writer) = io::pipe().context("making a pipe")?;
    let log_file = File::create(log).with_context(|| format!("making {}", log.display()))?;
    let mut command = command(root, step);
    command.stdout(writer.try_clone()?).stderr(writer);
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ok((Err(format!("{}: {error}", step.command[0])), String::new())),
    };
    // The command holds the writing end of the pipe; the reader would wait for it for ever.
    drop(command);
    let reader = thread::spawn(move || show_and_keep(reader, log_file));
    let status = wait(child, &reader);
    if !reader.is_finished() {
        return Ok((
            status.and(Err("left a program running".to_owned())),
            fs::read_to_string(log)?,
        ));
    }
    let output = reader.join().unwrap_or_default();
    Ok((status, output))
}

fn command(root: &Path, step: &Step) -> Command {
    let mut command = Command::new(&step.command[0]);
    command
        .args(&step.command[1..])
        .current_dir(root.join(step.folder))
        .stdin(Stdio::null())
        .env("PARLOR_BIN", parlor_binary(root))
        .env("PARLOR_SCREENSHOTS", root.join("out/screenshots"))
        .envs(step.env.iter().map(|(name, value)| (*name, value.as_str())));
    // What `cargo run` told this program about itself is not true of what it starts.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        let is_about_us = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
            .iter()
            .any(|prefix| name.starts_with(prefix));
        if is_about_us || name == "LD_LIBRARY_PATH" {
            command.env_remove(name.as_ref());
        }
    }
    // A group of its own, so that all of a hanging step can be ended. At a terminal it stays in
    // ours, so that Ctrl-C reaches it.
    if is_unattended() {
        command.process_group(0);
    }
    command
}

fn is_unattended() -> bool {
    env::var_os("CI").is_some()
}

/// Waits for the end of the child and of its output, and ends both if they take too long.
fn wait(mut child: Child, reader: &JoinHandle<String>) -> Result<ExitStatus, String> {
    let id = child.id();
    let give_up = Instant::now() + STEP_AT_MOST;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Ok(status),
            Ok(None) if Instant::now() < give_up => thread::sleep(LOOK_EVERY),
            Ok(None) => {
                end_group(id);
                // It may have ended between the look and now: then there is nothing to kill.
                let _ = child.kill();
                let _ = child.wait();
                break Err(format!("took more than {} minutes", STEP_AT_MOST.as_secs() / 60));
            }
            Err(error) => break Err(error.to_string()),
        }
    };
    let give_up = Instant::now() + OUTPUT_AT_MOST;
    while !reader.is_finished() && Instant::now() < give_up {
        thread::sleep(LOOK_EVERY);
    }
    if !reader.is_finished() {
        end_group(id);
    }
    status
}

/// Ends all that a step started, where it has a group of its own.
fn end_group(id: u32) {
    if is_unattended() {
        // The standard library has no call for this, and unsafe code is forbidden here.
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{id}")]).status();
    }
}

/// Colours are dropped: some programs print them into files too.
fn show_and_keep(reader: PipeReader, mut log: File) -> String {
    let mut reader = BufReader::new(reader);
    let mut output = String::new();
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let plain = summary::without_colours(&String::from_utf8_lossy(&line));
        // A terminal or a disk that takes no more must not end the tests.
        let _ = io::stdout().write_all(plain.as_bytes());
        let _ = log.write_all(plain.as_bytes());
        output.push_str(&plain);
        line.clear();
    }
    output
}

impl Report {
    fn word(&self) -> &'static str {
        match self.outcome {
            Outcome::Passed => "ok",
            Outcome::Failed(_) => "FAILED",
            Outcome::NotRun(_) => "NOT RUN",
        }
    }

    fn line(&self, root: &Path) -> String {
        let log = self.log.strip_prefix(root).unwrap_or(&self.log).display();
        let what = match &self.outcome {
            Outcome::Passed => String::new(),
            Outcome::Failed(reason) => format!("  {reason}; read {log}"),
            Outcome::NotRun(need) => format!("  `{need}` has failed"),
        };
        let tests = match self.step.counts {
            true => format!("{} passed, {} failed", self.counts.passed, self.counts.failed),
            false => String::new(),
        };
        let time = self.time.as_secs_f64();
        format!("{:8} {:16} {time:7.1} s  {tests:24}{what}", self.word(), self.step.name)
    }
}

fn print_end(root: &Path, plan: &str, reports: &[Report]) {
    println!("\n=== {plan}: outcome");
    for report in reports {
        println!("{}", report.line(root).trim_end());
    }
    let passed = reports.iter().filter(|report| matches!(report.outcome, Outcome::Passed)).count();
    println!("{plan}: {passed} of {} steps are well", reports.len());
    if reports.iter().any(|report| report.step.counts) {
        println!("{}", closing_line(reports));
    }
}

/// The last line of a test run. A step that only prepares counts as one failure if it fails.
fn closing_line(reports: &[Report]) -> String {
    let total: Counts = reports.iter().map(|report| report.counts).sum();
    let prepared_badly = reports
        .iter()
        .filter(|report| !report.step.counts && !matches!(report.outcome, Outcome::Passed))
        .count() as u64;
    format!("{} passed, {} failed", total.passed, total.failed + prepared_badly)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::path::PathBuf;
    use std::process::ExitStatus;
    use std::time::Duration;

    use super::{Outcome, Report, closing_line, execute, judge, missing, not_run};
    use crate::plan::Step;

    fn step(name: &'static str, counts: bool) -> Step {
        Step {
            name,
            folder: ".",
            command: vec!["true".to_owned()],
            env: Vec::new(),
            needs: &["build"],
            counts,
        }
    }

    fn judged(name: &'static str, counts: bool, code: i32, output: &str) -> Report {
        let step = step(name, counts);
        let (outcome, counts) = judge(&step, Ok(ExitStatus::from_raw(code << 8)), output);
        Report { step, outcome, counts, time: Duration::ZERO, log: PathBuf::from("x.log") }
    }

    #[test]
    fn a_step_fails_by_its_exit_its_counts_or_the_lack_of_them() {
        let cases = [
            (true, 0, "3 passed, 0 failed", "ok"),
            (true, 0, "", "FAILED"),
            (true, 0, "0 passed, 0 failed", "FAILED"),
            (true, 0, "3 passed, 1 failed", "FAILED"),
            (true, 1, "3 passed, 0 failed", "FAILED"),
            (false, 0, "", "ok"),
            (false, 2, "", "FAILED"),
        ];
        for (counts, code, output, word) in cases {
            let report = judged("x", counts, code, output);
            assert_eq!(report.word(), word, "counts {counts}, exit {code}, {output:?}");
        }
    }

    #[test]
    fn both_outputs_are_kept_and_the_exit_is_seen() {
        let folder = std::env::temp_dir().join(format!("xtask-steps-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let mut step = step("both", false);
        let script = "echo out; printf '\\033[31merr\\033[0m\\n' >&2; exit 3";
        step.command = ["sh", "-c", script].map(ToOwned::to_owned).to_vec();
        let log = folder.join("both.log");
        let (status, output) = execute(&folder, &step, &log).expect("sh can be started");
        let kept = std::fs::read_to_string(&log).expect("the log was written");
        std::fs::remove_dir_all(&folder).expect("the temporary folder is ours");
        assert_eq!(status.expect("sh ends by itself").code(), Some(3));
        assert_eq!((output.as_str(), kept.as_str()), ("out\nerr\n", "out\nerr\n"));
    }

    #[test]
    fn the_closing_line_is_the_sum_and_counts_what_could_not_run() {
        let mut reports = vec![
            judged("rust", true, 0, "3 passed, 0 failed"),
            judged("web", true, 1, "2 passed, 1 failed"),
            judged("autobahn", true, 1, "crashed"),
            judged("build", false, 1, ""),
        ];
        let need = missing(&step("browser", true), &reports);
        assert_eq!(need, Some("build"));
        reports.push(not_run(step("browser", true), "build", PathBuf::new()));
        assert!(matches!(reports[4].outcome, Outcome::NotRun("build")));
        assert_eq!(closing_line(&reports), "5 passed, 4 failed");
    }
}
