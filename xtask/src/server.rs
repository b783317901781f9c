//! The binary `relay`: for development straight from cargo, for people as `dist/relay`.

use crate::failure::{Failure, Result, While};
use crate::shell::{built, cargo, say};
use crate::{files, site};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// What cargo is asked for: `make run` and the browser tests use the same binary.
pub(crate) const DEV_BUILD: [&str; 5] = ["build", "--package", "server", "--bin", "relay"];

/// Builds the server for development; returns where it lies.
pub(crate) fn build_dev() -> Result<PathBuf> {
    say("building the server");
    built(cargo().args(DEV_BUILD), "relay", "/relay")
}

/// Builds `dist/relay`, optimised, with the site inside.
pub(crate) fn build() -> Result<PathBuf> {
    site::build()?;
    say("building the server, optimised");
    let made = built(
        cargo().args([
            "build",
            "--release",
            "--package",
            "server",
            "--bin",
            "relay",
        ]),
        "relay",
        "/relay",
    )?;
    let binary = files::dist().join("relay");
    // A new file beside, then moved over: a running relay keeps its own.
    let next = files::dist().join("relay.next");
    std::fs::copy(&made, &next).doing(|| format!("copying {}", made.display()))?;
    std::fs::rename(&next, &binary).doing(|| format!("writing {}", binary.display()))?;
    say(&format!("built {}", binary.display()));
    Ok(binary)
}

/// Builds site and server and becomes `relay serve` with these arguments.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    site::build()?;
    let binary = build_dev()?;
    let cause = Command::new(&binary).arg("serve").args(arguments).exec();
    Err(Failure::new(format!(
        "starting {}: {cause}",
        binary.display()
    )))
}
