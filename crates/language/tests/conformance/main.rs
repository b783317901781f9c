//! Checks the language against acceptance cases: data, in the format that is described beside
//! them. Without `CONFORMANCE_CASES` these are the project's own, which must all pass.

mod area;
mod case;
mod environment;
mod expression;
mod progress;
mod schedules;
mod transfer;
mod validation;
mod values;
mod yaml;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::area::{Area, Other};
use crate::case::Verdict;

fn main() -> ExitCode {
    let given = std::env::var_os("CONFORMANCE_CASES");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/cases");
    let folder = given.as_ref().map_or(own, PathBuf::from);
    let mut report = Map::new();
    let (mut failures, mut broken) = (0, false);
    for (name, path) in files(&folder) {
        let area = match Area::named(&name) {
            Ok(area) => area,
            Err(Other::Harness) => continue,
            Err(Other::Unknown) => {
                eprintln!("{name}: no such area");
                broken = true;
                continue;
            }
        };
        let Some(file) = read(&path) else {
            eprintln!("{}: this cannot be read", path.display());
            broken = true;
            continue;
        };
        let mut failed = Vec::new();
        let mut passed = 0;
        for case in file["cases"].as_array().into_iter().flatten() {
            // A panic is caught to count it, and makes the whole run fail.
            let verdict = std::panic::catch_unwind(|| area.check(&file, case));
            broken |= verdict.is_err();
            match verdict.unwrap_or_else(|_| Verdict::failed(Value::Null, json!("a panic"))) {
                Verdict::Passed => passed += 1,
                Verdict::Failed { expected, got } => {
                    failed.push(json!({"id": case["id"], "expected": expected, "got": got}));
                }
            }
        }
        println!("{name}: {passed} passed, {} failed", failed.len());
        failures += failed.len();
        report.insert(name, json!({"passed": passed, "failed": failed}));
    }
    if let Some(path) = std::env::var_os("CONFORMANCE_REPORT") {
        let text = format!("{:#}\n", Value::Object(report));
        if let Err(error) = std::fs::write(&path, text) {
            eprintln!("the report cannot be written: {error}");
            broken = true;
        }
    }
    // Cases from elsewhere are counted; the project's own have to pass.
    if broken || (given.is_none() && failures > 0) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The case files of the folder with their stems, sorted.
fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path.clone())))
        .collect();
    files.sort();
    files
}

fn read(path: &Path) -> Option<Value> {
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}
