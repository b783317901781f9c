//! `make test`: every check in order, cheapest first, each with its time and its own log, which is shown when it fails.

use crate::failure::{Failure, Result, While};
use crate::shell::{cargo, say, script};
use crate::soak::Killed;
use crate::{files, fuzz, server, soak};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// How long a server is killed again and again on each database; `make soak` does it for longer.
const KILLING_SECONDS: &str = "30";

/// Kills of a server while it rotates the vault's key, on each database; `make soak` does more.
const ROTATION_KILLS: &str = "4";

/// Kills of an engine alone meanwhile, on each database.
const ENGINE_KILLS: &str = "2";

/// How long each fuzz target runs, all at once; `make soak` does it for longer.
const FUZZ_SECONDS: &str = "20";

/// The browser tests that are carried out on PostgreSQL too: those of what people do that is written down.
const ON_POSTGRES: [&str; 10] = [
    "confirm", "grants", "keys", "ledger", "people", "runs", "sealing", "secrets", "setup", "story",
];

// Enough for the summary that test programs print last.
const LINES_SHOWN: usize = 200;

/// Runs the checks; the first that fails ends it.
pub(crate) fn run() -> Result<()> {
    let started = Instant::now();
    stage("format", cargo().args(["fmt", "--all", "--check"]))?;
    stage("clippy", &mut clippy(&["--all-targets"]))?;
    // Apart from the others here and below: what this program asks of dependencies they share would have those
    // compiled once more.
    stage(
        "clippy-xtask",
        &mut clippy(&["--package", "xtask", "--all-targets"]),
    )?;
    // In the profile the site is built with: what runs while compiling (macros, build scripts) is then compiled
    // once for both.
    stage(
        "clippy-wasm",
        &mut clippy(&[
            "--package",
            "frontend",
            "--profile",
            "wasm-release",
            "--target",
            "wasm32-unknown-unknown",
        ]),
    )?;
    let this = std::env::current_exe().doing(|| "finding this program")?;
    stage("site", Command::new(&this).arg("site"))?;
    stage(
        "tests",
        script("with-postgres")
            .arg(files::root().join("scripts/cargo"))
            .arg("test"),
    )?;
    stage("tests-xtask", cargo().args(["test", "--package", "xtask"]))?;
    stage("clippy-fuzz", &mut fuzz::clippy()?)?;
    stage("fuzz", Command::new(&this).args(["fuzz", FUZZ_SECONDS]))?;
    stage("same-answers", &mut script("check/same-answers.mjs"))?;
    stage("server", cargo().args(server::DEV_BUILD))?;
    let binary = server::build_dev()?;
    let browser_tests = files::root().join("end2end");
    let playwright = browser_tests.join("node_modules/.bin/playwright");
    stage(
        "end-to-end",
        Command::new(&playwright)
            .arg("test")
            .current_dir(&browser_tests)
            .env("RELAY_BIN", &binary),
    )?;
    stage(
        "end-to-end-postgres",
        script("with-postgres")
            .arg(&playwright)
            .arg("test")
            .args(ON_POSTGRES.map(|name| format!("tests/{name}.spec.ts")))
            .current_dir(&browser_tests)
            .env("RELAY_BIN", &binary),
    )?;
    for database in ["sqlite", "postgres"] {
        stage(
            &format!("kills-{database}"),
            &mut soak::kills(&binary, database, ["--seconds", KILLING_SECONDS]),
        )?;
        for (name, killed, kills) in [
            ("keys", Killed::Server, ROTATION_KILLS),
            ("keys-apart", Killed::Engine, ENGINE_KILLS),
        ] {
            stage(
                &format!("{name}-{database}"),
                &mut soak::rotations(&binary, database, killed, kills),
            )?;
        }
    }
    say(&format!(
        "all checks passed in {:.0} s",
        started.elapsed().as_secs_f64()
    ));
    Ok(())
}

fn clippy(scope: &[&str]) -> Command {
    let mut command = cargo();
    command.arg("clippy").args(scope);
    command
}

fn stage(name: &str, command: &mut Command) -> Result<()> {
    let log = files::root()
        .join("target/logs")
        .join(format!("{name}.log"));
    files::write(&log, "")?;
    let output = File::create(&log).doing(|| format!("writing {}", log.display()))?;
    let errors = output
        .try_clone()
        .doing(|| format!("writing {}", log.display()))?;
    let started = Instant::now();
    let status = command
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .status()
        .doing(|| format!("starting the check {name} (run scripts/setup.sh test first)"))?;
    let seconds = started.elapsed().as_secs_f64();
    if status.success() {
        say(&format!("{name:<12} {seconds:>7.1} s"));
        return Ok(());
    }
    show_end(&log)?;
    Err(Failure::new(format!(
        "{name} failed after {seconds:.0} s; the whole output is in {}",
        log.display()
    )))
}

fn show_end(log: &Path) -> Result<()> {
    let content = files::read(log)?;
    let content = String::from_utf8_lossy(&content);
    let lines: Vec<&str> = content.lines().collect();
    for line in lines.iter().skip(lines.len().saturating_sub(LINES_SHOWN)) {
        eprintln!("{line}");
    }
    Ok(())
}
