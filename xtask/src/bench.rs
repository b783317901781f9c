//! `make bench`: every program of `scripts/bench/`, in order of name, against the finished binary.

use crate::failure::{Failure, Result, While};
use crate::shell::{run as run_command, say};
use crate::{files, server};
use std::process::Command;

/// Builds `dist/relay` and hands its path to each program as `RELAY_BIN`; a program prints its own numbers, each
/// beside its reference, and fails only when it could not measure.
pub(crate) fn run() -> Result<()> {
    let binary = server::build()?;
    let folder = files::root().join("scripts/bench");
    let programs = files::below(&folder).doing(|| "there is no measurement to run")?;
    if programs.is_empty() {
        return Err(Failure::new("there is no measurement in scripts/bench"));
    }
    for program in programs {
        say(&format!(
            "measuring: {}",
            program.file_stem().unwrap_or_default().to_string_lossy()
        ));
        run_command(
            Command::new(&program)
                .current_dir(files::root())
                .env("RELAY_BIN", &binary),
        )?;
    }
    Ok(())
}
