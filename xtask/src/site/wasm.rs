//! The browser's half of the app: for each page with an island `NAME_bg.wasm` and `NAME.js`; and what seals values.

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

/// What seals values: its feature and the name of its files.
const SEAL: &str = "seal";

/// One bundle.
struct Bundle {
    name: &'static str,
    /// The script that pages load, where it is not the bindings themselves; it imports them as `NAME_bindings.js`.
    script: Option<PathBuf>,
}

pub(super) fn build() -> Result<Vec<PathBuf>> {
    let islands = ISLANDS
        .into_iter()
        .map(|name| Bundle { name, script: None });
    let script = Some(files::root().join("frontend/seal/form.js"));
    let seal = Bundle { name: SEAL, script };
    islands.chain([seal]).map(|bundle| bundle.build()).collect()
}

impl Bundle {
    fn build(&self) -> Result<PathBuf> {
        let name = self.name;
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
        let mut stamp = Stamp::of_recipe()?
            .bytes(&files::read(&compiled)?)
            .file(&files::root().join("frontend/editor/package-lock.json"))?;
        if let Some(script) = &self.script {
            stamp = stamp.file(script)?;
        }
        unless_made(&part, stamp, || self.make(&compiled, &part))?;
        Ok(part)
    }

    fn make(&self, compiled: &Path, part: &Path) -> Result<()> {
        let name = self.name;
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
        let bindings = raw.join(format!("{name}.js"));
        let entry = match &self.script {
            None => bindings,
            Some(script) => {
                let moved = raw.join(format!("{name}_bindings.js"));
                std::fs::rename(&bindings, &moved).doing(|| "moving the WASM's bindings")?;
                let entry = raw.join("entry.js");
                files::write(&entry, files::read(script)?)?;
                entry
            }
        };
        // Bundled, so that the small modules which components bring along cost no request each.
        run(npm_program("esbuild")
            .args([
                "--bundle",
                "--minify",
                "--format=esm",
                "--target=es2022",
                "--log-level=warning",
            ])
            .arg(entry)
            .arg(format!(
                "--outfile={}",
                part.join(format!("{name}.js")).display()
            )))
    }
}
