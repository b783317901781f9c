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

/// esbuild, making one minified module of what an entry imports.
pub(crate) fn esbuild() -> Command {
    let mut command = npm_program("esbuild");
    command.args([
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2022",
        "--log-level=warning",
        "--legal-comments=none",
    ]);
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

/// What a cargo build left behind. cargo is asked for paths instead of guessing them: they depend on the settings of
/// whoever calls.
pub(crate) struct Built(Vec<serde_json::Value>);

/// Runs a cargo build and returns the file it made for the target `name` that ends in `ending`.
pub(crate) fn built(build: &mut Command, name: &str, ending: &str) -> Result<PathBuf> {
    compiled(build, name)?.file(name, ending)
}

/// Runs a cargo build.
pub(crate) fn compiled(build: &mut Command, name: &str) -> Result<Built> {
    let output = build
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .doing(|| "starting cargo")?;
    if !output.status.success() {
        return Err(Failure::new(format!("building {name} failed")));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    Ok(Built(messages.collect()))
}

impl Built {
    /// The file made for the target `name` that ends in `ending`.
    pub(crate) fn file(&self, name: &str, ending: &str) -> Result<PathBuf> {
        self.0
            .iter()
            .filter(|message| message["target"]["name"] == name)
            .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
            .filter_map(|file| file.as_str().map(PathBuf::from))
            .rfind(|file| file.to_string_lossy().ends_with(ending))
            .ok_or_else(|| Failure::new(format!("cargo built no {name}{ending}")))
    }

    /// The folder in which the build script of the crate in `folder` has left its files.
    pub(crate) fn out_dir(&self, folder: &str) -> Result<PathBuf> {
        self.0
            .iter()
            .filter(|message| message["reason"] == "build-script-executed")
            .filter(|message| {
                let id = message["package_id"].as_str().unwrap_or_default();
                id.split('#').next().unwrap_or_default().ends_with(folder)
            })
            .find_map(|message| message["out_dir"].as_str().map(PathBuf::from))
            .ok_or_else(|| Failure::new(format!("no build script ran in {folder}")))
    }
}

fn name(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    program
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
