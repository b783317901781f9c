//! `make soak`: the rounds that take long, against the finished binary; and their short form in `make test`.

use crate::failure::{Failure, Result, While};
use crate::shell::{say, script};
use crate::{files, server};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const DATABASES: [&str; 2] = ["sqlite", "postgres"];

/// Kills on each database.
const KILLS: &str = "1000";

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

/// The program that kills a server while it rotates the vault's key.
fn rotations(binary: &Path, database: &str) -> Command {
    let mut command = script("with-postgres");
    command
        .arg(files::root().join("scripts/soak/rotate.mjs"))
        .arg(database)
        .args(["--kills", ROTATION_KILLS])
        .env("RELAY_BIN", binary);
    command
}

/// Runs every round to its end, also after one that failed, and writes down what came out.
pub(crate) fn run() -> Result<()> {
    let binary = server::build()?;
    let mut failed = Vec::new();
    for database in DATABASES {
        say(&format!("killing a server on {database} {KILLS} times"));
        let round = kills(&binary, database, ["--kills", KILLS]);
        if !holds(round)? {
            failed.push(database);
        }
        say(&format!(
            "rotating the key on {database}, with {ROTATION_KILLS} kills"
        ));
        if !holds(rotations(&binary, database))? {
            failed.push(database);
        }
    }
    failed.dedup();
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "promises were broken on {}: see above and docs/soak.md",
        failed.join(" and ")
    )))
}

/// Does one round and writes down its last line; whether every promise held.
fn holds(mut round: Command) -> Result<bool> {
    let output = round
        .stderr(Stdio::inherit())
        .output()
        .doing(|| "starting a round of kills")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    print!("{printed}");
    let figures = printed.lines().last().unwrap_or("it printed nothing");
    let verdict = if output.status.success() {
        "held"
    } else {
        "BROKEN"
    };
    write_down(&format!("{verdict}: {figures}"))?;
    Ok(output.status.success())
}

/// Adds a dated line to `docs/soak.md`.
fn write_down(line: &str) -> Result<()> {
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
    writeln!(file, "- {} {line}", date.trim()).doing(|| format!("writing {}", path.display()))
}
