//! `relay workflow validate`: what the editor says about a text, for the command line.

mod excerpt;
mod json;
mod source;

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use language::{Diagnostic, Document, Severity};

use crate::Outcome;
use crate::config::Validate;
use crate::failure::Failure;
use excerpt::Paint;

/// `relay workflow validate`
pub(crate) fn run(options: Validate) -> Outcome {
    let paint = Paint::new(
        io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty()),
    );
    let mut failed = 0;
    for file in &options.files {
        let checked = Checked::of(file);
        failed += usize::from(checked.document.has_errors());
        if options.json {
            write_line(&json::line(&checked))?;
        } else {
            show(&checked, paint)?;
        }
    }
    match (failed, options.files.len()) {
        (0, _) => Ok(()),
        (_, 1) => Err(Failure::failed("the workflow has errors")),
        (1, all) => Err(Failure::failed(format!("1 of {all} workflows has errors"))),
        (failed, all) => Err(Failure::failed(format!(
            "{failed} of {all} workflows have errors"
        ))),
    }
}

/// A file, its text as far as it could be read, and what there is to say about it.
struct Checked {
    file: String,
    text: String,
    document: Document,
}

impl Checked {
    fn of(path: &Path) -> Self {
        let file = path.to_string_lossy().into_owned();
        match source::read(path) {
            Ok(text) => Self {
                file,
                document: language::read(&text),
                text,
            },
            Err(reason) => Self {
                file,
                text: String::new(),
                document: unreadable(reason),
            },
        }
    }
}

fn unreadable(reason: String) -> Document {
    Document {
        diagnostics: vec![Diagnostic {
            severity: Severity::Error,
            code: "unreadable",
            message: reason,
            place: language::Place::START,
            fix: None,
        }],
        ..Document::default()
    }
}

/// For people. What is about a problem goes to stderr, that a file is fine to stdout.
fn show(checked: &Checked, paint: Paint) -> Outcome {
    let (mut problems, mut counts) = (String::new(), [0; 3]);
    for one in &checked.document.diagnostics {
        counts[one.severity as usize] += 1;
        problems += &excerpt::render(&checked.file, &checked.text, one, paint);
        problems.push('\n');
    }
    let _ = io::stderr().write_all(problems.as_bytes());
    let mut words = Vec::new();
    for (count, word) in counts.into_iter().zip(["error", "warning", "remark"]) {
        match count {
            0 => {}
            1 => words.push(format!("1 {word}")),
            _ => words.push(format!("{count} {word}s")),
        }
    }
    let file = excerpt::visible(&checked.file);
    if checked.document.has_errors() {
        let _ = writeln!(io::stderr(), "{file}: {}", words.join(", "));
        return Ok(());
    }
    words.insert(0, "valid".to_owned());
    write_line(&format!("{file}: {}", words.join(", ")))
}

fn write_line(line: &str) -> Outcome {
    writeln!(io::stdout(), "{line}")
        .map_err(|error| Failure::failed(format!("cannot write to standard output: {error}")))
}
