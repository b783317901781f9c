//! The browser's half of the app: for each page with an island `NAME_bg.wasm` and `NAME.js`, and for what it needs only
//! later `NAME_more.wasm` and `vocabulary.txt`; and what seals values.

use super::split::{Halves, split};
use crate::failure::{Result, While};
use crate::files;
use crate::shell::{cargo, compiled, esbuild, npm_program, run, say};
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

/// Each a feature of `frontend` and the name of its files. Apart from each other, because a page would else load the
/// code of all.
const BUNDLES: [Bundle; 3] = [
    Bundle {
        name: "workbench",
        late: &["assist"],
        script: None,
    },
    Bundle {
        name: "run",
        late: &[],
        script: None,
    },
    Bundle {
        name: "seal",
        late: &[],
        script: Some("frontend/seal/form.js"),
    },
];

struct Bundle {
    name: &'static str,
    /// Exports that are loaded when they are first called.
    late: &'static [&'static str],
    /// The script that pages load, where it is not the bindings themselves; it imports them as `NAME_bindings.js`.
    script: Option<&'static str>,
}

pub(super) fn build() -> Result<Vec<PathBuf>> {
    BUNDLES.iter().map(bundle).collect()
}

fn bundle(bundle: &Bundle) -> Result<PathBuf> {
    let name = bundle.name;
    say(&format!("building the browser's half: {name}"));
    let built = compiled(
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
    )?;
    let compiled = built.file("frontend", ".wasm")?;
    // What the language says about words is no part of the WASM: it is fetched with the first question.
    let words = match bundle.late {
        [] => Vec::new(),
        _ => files::read(&built.out_dir("/crates/language")?.join("vocabulary.txt"))?,
    };
    let part = files::work().join(format!("wasm-{name}"));
    // The lock file names the version of wasm-opt and esbuild.
    let mut stamp = Stamp::of_recipe()?
        .bytes(&files::read(&compiled)?)
        .bytes(&words)
        .file(&files::root().join("frontend/editor/package-lock.json"))?;
    if let Some(script) = bundle.script {
        stamp = stamp.file(&files::root().join(script))?;
    }
    unless_made(&part, stamp, || {
        if !words.is_empty() {
            files::write(&part.join("vocabulary.txt"), &words)?;
        }
        make(bundle, &compiled, &part)
    })?;
    Ok(part)
}

fn make(bundle: &Bundle, compiled: &Path, part: &Path) -> Result<()> {
    let name = bundle.name;
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
    let whole = raw.join(format!("{name}_bg.wasm"));
    if bundle.late.is_empty() {
        shrink(&whole, &part.join(format!("{name}_bg.wasm")))?;
    } else {
        let Halves { first, second } = split(&files::read(&whole)?, bundle.late)?;
        let halves = [("bg", first), ("more", second)];
        for (half, content) in halves {
            let cut = raw.join(format!("cut-{half}.wasm"));
            files::write(&cut, content)?;
            shrink(&cut, &part.join(format!("{name}_{half}.wasm")))?;
        }
    }
    let bindings = raw.join(format!("{name}.js"));
    let entry = match bundle.script {
        None => bindings,
        Some(script) => {
            let moved = raw.join(format!("{name}_bindings.js"));
            std::fs::rename(&bindings, &moved).doing(|| "moving the WASM's bindings")?;
            let entry = raw.join("entry.js");
            files::write(&entry, files::read(&files::root().join(script))?)?;
            entry
        }
    };
    // Bundled, so that the small modules which components bring along cost no request each.
    run(esbuild().arg(entry).arg(format!(
        "--outfile={}",
        part.join(format!("{name}.js")).display()
    )))
}

/// wasm-opt is npm's: the same pinned version for everybody, installed without root. Debian's is years older than the
/// compiler.
fn shrink(from: &Path, to: &Path) -> Result<()> {
    // -O1 leaves more bytes than -Oz, but fewer once they are packed for the way (6 % with brotli): -Oz makes the code
    // less repetitive.
    run(npm_program("wasm-opt")
        .arg("-O1")
        .args(WASM_FEATURES)
        .arg(from)
        .arg("-o")
        .arg(to))
}
