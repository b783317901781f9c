//! The browser's half of the app: for each page with an island `NAME_bg.wasm` and `NAME.js`.

use crate::failure::{Result, While};
use crate::files;
use crate::shell::{built, cargo, npm_program, run, say};
use crate::stamp::{Stamp, unless_made};
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

// Named one by one: `--all-features` also switches on what browsers cannot read.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// The islands, each a feature of `frontend` and the name of its files. Apart from each other, because a page would
/// else load the code of all.
const ISLANDS: [&str; 2] = ["workbench", "run"];

pub(super) fn build() -> Result<Vec<PathBuf>> {
    ISLANDS.into_iter().map(island).collect()
}

fn island(name: &str) -> Result<PathBuf> {
    say(&format!("building the browser's half: {name}"));
    let compiled = built(
        cargo()
            .args([
                "build",
                "--package",
                "frontend",
                "--lib",
                "--profile",
                "wasm-release",
            ])
            .args(["--target", "wasm32-unknown-unknown"])
            .args(["--no-default-features", "--features", name]),
        "frontend",
        ".wasm",
    )?;
    let part = files::work().join(format!("wasm-{name}"));
    // The lock file names the version of wasm-opt and esbuild.
    let stamp = Stamp::of_recipe()?
        .bytes(&files::read(&compiled)?)
        .file(&files::root().join("frontend/editor/package-lock.json"))?;
    unless_made(&part, stamp, || make(name, &compiled, &part))?;
    Ok(part)
}

fn make(name: &str, compiled: &Path, part: &Path) -> Result<()> {
    say("making bindings and shrinking the WASM");
    let raw = files::work().join("bindgen");
    files::remove(&raw)?;
    Bindgen::new()
        .input_path(compiled)
        .out_name(name)
        .omit_default_module_path(false)
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .typescript(false)
                .remove_name_section(true)
                .remove_producers_section(true)
                .generate(&raw)
        })
        .doing(|| "making the WASM's bindings")?;
    // wasm-opt is npm's: the same pinned version for everybody, installed without root. Debian's is years older
    // than the compiler.
    // -O1 leaves more bytes than -Oz, but fewer once they are packed for the way (6 % with brotli): -Oz makes the code
    // less repetitive.
    run(npm_program("wasm-opt")
        .arg("-O1")
        .args(WASM_FEATURES)
        .arg(raw.join(format!("{name}_bg.wasm")))
        .arg("-o")
        .arg(part.join(format!("{name}_bg.wasm"))))?;
    // Bundled, so that the small modules which components bring along cost no request each.
    run(npm_program("esbuild")
        .args([
            "--bundle",
            "--minify",
            "--format=esm",
            "--target=es2022",
            "--log-level=warning",
        ])
        .arg(raw.join(format!("{name}.js")))
        .arg(format!(
            "--outfile={}",
            part.join(format!("{name}.js")).display()
        )))
}
