//! The code editor's bundle, loaded by the workflow page alone: `editor.js` with what it needs at once, a file for each
//! part that is loaded when it is first used, and `worker.js`.

use crate::failure::Result;
use crate::files;
use crate::shell::{npm_program, run, say};
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
    let mut esbuild = npm_program("esbuild");
    esbuild
        .args([
            "--bundle",
            "--minify",
            "--format=esm",
            "--target=es2022",
            "--log-level=warning",
            "--legal-comments=none",
        ])
        .arg(entry);
    run(to(&mut esbuild))
}
