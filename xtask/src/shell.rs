//! Starting other programs: cargo, and the ones npm installed.

use crate::failure::{Failure, Result, While};
use crate::files;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// cargo with the toolchain and folders that `scripts/cargo` chooses.
pub(crate) fn cargo() -> Command {
    script("cargo")
}

/// A program of `scripts/`, started in the clone's root.
pub(crate) fn script(name: &str) -> Command {
    let mut command = Command::new(files::root().join("scripts").join(name));
    command.current_dir(files::root());
    command
}

/// A program that `npm ci` has put beside the editor's sources.
pub(crate) fn npm_program(name: &str) -> Command {
    let editor = files::root().join("frontend/editor");
    let mut command = Command::new(editor.join("node_modules/.bin").join(name));
    command.current_dir(editor);
    command
}

/// One line about what is being done.
pub(crate) fn say(what: &str) {
    eprintln!("relay: {what}");
}

/// Runs to the end; what the program prints is seen.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = name(command);
    let status = command
        .status()
        .doing(|| format!("starting {name} (run scripts/setup.sh first)"))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("{name} failed ({status})")))
    }
}

/// Runs a cargo build and returns the file it made for the target `name` that ends in `ending`.
///
/// cargo is asked for the path instead of guessing it: it depends on the settings of whoever calls.
pub(crate) fn built(build: &mut Command, name: &str, ending: &str) -> Result<PathBuf> {
    let output = build
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .doing(|| "starting cargo")?;
    if !output.status.success() {
        return Err(Failure::new(format!("building {name} failed")));
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|file| file.as_str().map(PathBuf::from))
        .rfind(|file| file.to_string_lossy().ends_with(ending))
        .ok_or_else(|| Failure::new(format!("cargo built no {name}{ending}")))
}

fn name(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    program
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
