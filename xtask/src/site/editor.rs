//! The code editor's bundle: `editor.js`, loaded by the workflow page alone.

use crate::failure::Result;
use crate::files;
use crate::shell::{npm_program, run, say};
use crate::stamp::{Stamp, unless_made};
use std::path::PathBuf;

pub(super) fn build() -> Result<PathBuf> {
    let sources = files::root().join("frontend/editor");
    let part = files::work().join("editor");
    let stamp = Stamp::of_recipe()?
        .folder(&sources.join("src"))?
        .file(&sources.join("package-lock.json"))?;
    unless_made(&part, stamp, || {
        say("bundling the code editor");
        run(npm_program("esbuild")
            .args([
                "--bundle",
                "--minify",
                "--format=esm",
                "--target=es2022",
                "--log-level=warning",
            ])
            .args(["--legal-comments=none", "src/editor.js"])
            .arg(format!("--outfile={}", part.join("editor.js").display())))
    })?;
    Ok(part)
}
