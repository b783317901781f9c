//! Checks the language against acceptance cases: data, in the format that is described beside
//! them. Without `CONFORMANCE_CASES` these are the project's own, which must all pass.

mod area;
mod case;
mod environment;
mod expression;
mod folder;
mod itself;
mod progress;
mod schedules;
mod transfer;
mod validation;
mod values;
mod yaml;

use std::path::Path;
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::area::{Area, Other};
use crate::case::Verdict;

fn main() -> ExitCode {
    let given = folder::given("CONFORMANCE_CASES");
    let own = given.is_none();
    // Whoever asks for the cases of a folder wants those counted and nothing else.
    let mut broken = own && !itself::is_sound();
    let cases = given.unwrap_or_else(|| folder::root().join(folder::OWN));
    let mut judged = Judged::default();
    match folder::files(&cases) {
        Ok(files) => {
            for (name, path) in files {
                judged.file(name, &path);
            }
            if judged.report.is_empty() && !judged.broken {
                judged.is_broken(format_args!(
                    "{}: no area of this harness is here",
                    cases.display()
                ));
            }
        }
        Err(sentence) => judged.is_broken(format_args!("{sentence}")),
    }
    broken |= judged.broken;
    if let Some(path) = folder::given("CONFORMANCE_REPORT") {
        let text = format!("{:#}\n", Value::Object(judged.report));
        if let Err(error) = std::fs::write(&path, text) {
            eprintln!("the report {} cannot be written: {error}", path.display());
            broken = true;
        }
    }
    // Cases from elsewhere are counted; the project's own have to pass.
    if broken || (own && judged.failures > 0) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// What became of the files so far.
#[derive(Default)]
struct Judged {
    report: Map<String, Value>,
    failures: usize,
    /// Whether not everything could be judged.
    broken: bool,
}

impl Judged {
    fn is_broken(&mut self, why: std::fmt::Arguments<'_>) {
        eprintln!("{why}");
        self.broken = true;
    }

    /// Judges the cases of one file, and prints the line of its area.
    fn file(&mut self, name: String, path: &Path) {
        let area = match Area::named(&name) {
            Ok(area) => area,
            Err(Other::Harness) => return,
            Err(Other::Unknown) => return self.is_broken(format_args!("{name}: no such area")),
        };
        let file = read(path);
        let Some((file, cases)) = file
            .as_ref()
            .and_then(|file| Some((file, file["cases"].as_array()?)))
        else {
            return self.is_broken(format_args!(
                "{}: no cases can be read here",
                path.display()
            ));
        };
        let mut failed = Vec::new();
        let mut passed = 0;
        for case in cases {
            // A panic is caught to count it, and makes the whole run fail.
            let verdict = std::panic::catch_unwind(|| area.check(file, case));
            self.broken |= verdict.is_err();
            match verdict.unwrap_or_else(|_| Verdict::failed(Value::Null, json!("a panic"))) {
                Verdict::Passed => passed += 1,
                Verdict::Failed { expected, got } => {
                    failed.push(json!({"id": case["id"], "expected": expected, "got": got}));
                }
            }
        }
        println!("{name}: {passed} passed, {} failed", failed.len());
        self.failures += failed.len();
        self.report
            .insert(name, json!({"passed": passed, "failed": failed}));
    }
}

fn read(path: &Path) -> Option<Value> {
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}
