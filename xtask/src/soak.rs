//! `make soak`: the rounds that take long, against the finished binary; and their short form in `make test`.

use crate::failure::{Failure, Result, While};
use crate::shell::{say, script};
use crate::{files, fuzz, server};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const DATABASES: [&str; 2] = ["sqlite", "postgres"];

/// Kills on each database.
const KILLS: &str = "1000";

/// How long each fuzz target runs; all at once, and beside the kills.
const FUZZ_SECONDS: &str = "1800";

/// The program that kills a server on this database again and again.
pub(crate) fn kills(binary: &Path, database: &str, amount: [&str; 2]) -> Command {
    let mut command = script("with-postgres");
    command
        .arg(files::root().join("scripts/soak/kill.mjs"))
        .arg(database)
        .args(amount)
        .env("RELAY_BIN", binary);
    command
}

/// Kills during rotations of the vault's key, on each database.
const ROTATION_KILLS: &str = "50";

/// What is killed while it rotates the vault's key.
#[derive(Clone, Copy)]
pub(crate) enum Killed {
    /// The server, with all that it does.
    Server,
    /// The engine, beside a web server that goes on.
    Engine,
}

/// The program that kills it so often.
pub(crate) fn rotations(binary: &Path, database: &str, killed: Killed, kills: &str) -> Command {
    let mut command = script("with-postgres");
    command
        .arg(files::root().join("scripts/soak/rotate.mjs"))
        .arg(database)
        .args(["--kills", kills])
        .env("RELAY_BIN", binary);
    if matches!(killed, Killed::Engine) {
        command.arg("--apart");
    }
    command
}

/// Runs every round to its end, also after one that failed, and writes down what came out.
pub(crate) fn run() -> Result<()> {
    let binary = server::build()?;
    let fuzzing = fuzz::start(FUZZ_SECONDS, true)?;
    let mut broken = 0;
    for database in DATABASES {
        say(&format!("killing a server on {database} {KILLS} times"));
        broken += carried_out(kills(&binary, database, ["--kills", KILLS]))?;
        for (killed, what) in [(Killed::Server, "server"), (Killed::Engine, "engine alone")] {
            say(&format!(
                "rotating the key on {database}, with {ROTATION_KILLS} kills of the {what}"
            ));
            broken += carried_out(rotations(&binary, database, killed, ROTATION_KILLS))?;
        }
    }
    for round in fuzzing {
        let outcome = round.finish()?;
        say(&outcome.line);
        broken += write_down(outcome.held, &outcome.line)?;
    }
    if broken == 0 {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{broken} rounds did not hold: see above and docs/soak.md"
    )))
}

/// Does one round and writes down its last line; returns how many were broken, one or none.
fn carried_out(mut round: Command) -> Result<usize> {
    let output = round
        .stderr(Stdio::inherit())
        .output()
        .doing(|| "starting a round of kills")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    print!("{printed}");
    let figures = printed.lines().last().unwrap_or("it printed nothing");
    write_down(output.status.success(), figures)
}

/// Adds a dated line to `docs/soak.md`; returns how many rounds were broken, one or none.
fn write_down(held: bool, line: &str) -> Result<usize> {
    let verdict = if held { "held" } else { "BROKEN" };
    let date = Command::new("date")
        .args(["-u", "+%Y-%m-%d"])
        .output()
        .doing(|| "asking for the date")?;
    let date = String::from_utf8_lossy(&date.stdout);
    let path = files::root().join("docs/soak.md");
    let mut file = OpenOptions::new()
        .append(true)
        .open(&path)
        .doing(|| format!("opening {}", path.display()))?;
    writeln!(file, "- {} {verdict}: {line}", date.trim())
        .doing(|| format!("writing {}", path.display()))?;
    Ok(usize::from(!held))
}
