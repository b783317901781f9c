//! The language through its front door: text in, document out.

mod assist;
mod checks;
mod decisions;
mod dialects;
mod evaluation;
mod expense;
mod found;
mod holds;
mod hostile;
mod inside;
mod mutations;
mod order;
mod page;
mod possible;
mod properties;
mod recovery;
mod runnable;
mod sayings;
mod schedules;
mod schema;
mod setup;
mod templates;
mod triggers;
mod unquoted;
mod values;
mod yaml;

use language::{Document, Severity, read};

/// `count` pieces of text, one behind the other.
fn numbered(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect()
}

/// A text whose only step, `s`, has this spec.
fn with_spec(spec: &str) -> String {
    let lines: Vec<_> = spec.lines().map(|line| format!("    {line}\n")).collect();
    let lines = lines.concat();
    format!("steps:\n- name: s\n  image: relaysh/core\n  spec:\n{lines}")
}

/// Every complaint as `line:column code`, with the marked text.
fn complaints(text: &str) -> Vec<String> {
    let show = |one: language::Diagnostic| {
        let marked = &text[one.place.start..one.place.end];
        format!(
            "{}:{} {} `{marked}`",
            one.place.line, one.place.column, one.code
        )
    };
    read(text).diagnostics.into_iter().map(show).collect()
}

/// The sentence of the only complaint with this code.
fn sentence(text: &str, code: &str) -> String {
    let found: Vec<_> = read(text)
        .diagnostics
        .into_iter()
        .filter(|one| one.code == code)
        .collect();
    assert_eq!(found.len(), 1, "{code} in {text:?}: {found:?}");
    found[0].message.clone()
}

fn errors(document: &Document) -> Vec<&str> {
    let graver = document
        .diagnostics
        .iter()
        .filter(|one| one.severity == Severity::Error);
    graver.map(|one| one.message.as_str()).collect()
}

/// The needed connections as `type/name`.
fn connections(document: &Document) -> Vec<String> {
    let all = &document.requirements.connections;
    all.iter()
        .map(|one| format!("{}/{}", one.type_name, one.name))
        .collect()
}

fn secrets(document: &Document) -> Vec<&str> {
    document
        .requirements
        .secrets
        .iter()
        .map(|one| one.name.as_str())
        .collect()
}
