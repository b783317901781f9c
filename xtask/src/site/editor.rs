//! The code editor's bundle, loaded by the workflow page alone: `editor.js` with what it needs at once, a file for each
//! part that is loaded when it is first used, and `worker.js`.

use crate::failure::Result;
use crate::files;
use crate::shell::{esbuild, run, say};
use crate::stamp::{Stamp, unless_made};
use std::path::PathBuf;
use std::process::Command;

pub(super) fn build() -> Result<PathBuf> {
    let sources = files::root().join("frontend/editor");
    let part = files::work().join("editor");
    let stamp = Stamp::of_recipe()?
        .folder(&sources.join("src"))?
        .file(&sources.join("package-lock.json"))?;
    unless_made(&part, stamp, || {
        say("bundling the code editor");
        bundle("src/editor.js", |esbuild| {
            esbuild
                .args(["--splitting", "--chunk-names=editor-[name]-[hash]"])
                .arg(format!("--outdir={}", part.display()))
        })?;
        // Apart, so that the worker loads nothing of the page's.
        bundle("src/worker.js", |esbuild| {
            esbuild.arg(format!("--outfile={}", part.join("worker.js").display()))
        })
    })?;
    Ok(part)
}

fn bundle(entry: &str, to: impl FnOnce(&mut Command) -> &mut Command) -> Result<()> {
    run(to(esbuild().arg(entry)))
}
