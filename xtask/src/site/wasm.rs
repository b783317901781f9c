//! The browser's half of the app: `relay_bg.wasm` and `relay.js`.

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

pub(super) fn build() -> Result<PathBuf> {
    say("building the browser's half");
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
            .args(["--target", "wasm32-unknown-unknown"]),
        "frontend",
        ".wasm",
    )?;
    let part = files::work().join("wasm");
    // The lock file names the version of wasm-opt and esbuild.
    let stamp = Stamp::of_recipe()?
        .bytes(&files::read(&compiled)?)
        .file(&files::root().join("frontend/editor/package-lock.json"))?;
    unless_made(&part, stamp, || make(&compiled, &part))?;
    Ok(part)
}

fn make(compiled: &Path, part: &Path) -> Result<()> {
    say("making bindings and shrinking the WASM");
    let raw = files::work().join("bindgen");
    files::remove(&raw)?;
    Bindgen::new()
        .input_path(compiled)
        .out_name("relay")
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
    run(npm_program("wasm-opt")
        .arg("-Oz")
        .args(WASM_FEATURES)
        .arg(raw.join("relay_bg.wasm"))
        .arg("-o")
        .arg(part.join("relay_bg.wasm")))?;
    // Bundled, so that the small modules which components bring along cost no request each.
    run(npm_program("esbuild")
        .args([
            "--bundle",
            "--minify",
            "--format=esm",
            "--target=es2022",
            "--log-level=warning",
        ])
        .arg(raw.join("relay.js"))
        .arg(format!("--outfile={}", part.join("relay.js").display())))
}
