//! The chapter of the documentation about diagnostics tells of every code, and tells the truth.

use std::collections::{BTreeMap, BTreeSet};

use language::limits::{
    MAX_ALIASED_BYTES, MAX_ALIASED_NODES, MAX_ALIASES, MAX_DEPTH, MAX_DIAGNOSTICS, MAX_NAME,
    MAX_NESTING, MAX_NODES, MAX_REFERENCES, MAX_STEPS, MAX_TEXT,
};
use language::{CODES, Diagnostic, Fix, Severity, read};

use crate::numbered;

const PAGE: &str = include_str!("../../../../docs/11-diagnostics.md");

const WORKFLOWS: &str = include_str!("../../../../docs/04-workflows.md");

/// What the page says about one code.
struct Section {
    severity: &'static str,
    example: Option<&'static str>,
}

fn sections() -> BTreeMap<&'static str, Section> {
    let section = |part: &'static str| {
        let (heading, body) = part.split_once("`\n\n").unwrap_or_default();
        let severity = body.split([':', '.']).next().unwrap_or_default();
        let example = body
            .split_once("```yaml\n")
            .and_then(|(_, rest)| rest.split_once("\n```"))
            .map(|(example, _)| example);
        (heading, Section { severity, example })
    };
    PAGE.split("\n### `").skip(1).map(section).collect()
}

/// Texts that cannot stand on a page, because they are too large or because nobody would see it.
fn unprintable() -> Vec<(&'static str, String)> {
    vec![
        ("too_large", "#".repeat(MAX_TEXT + 1)),
        ("too_many_values", "-\n".repeat(MAX_NODES + 1)),
        (
            "too_many_aliases",
            String::from("a: &a x\nb:\n") + &"- *a\n".repeat(10_001),
        ),
        (
            "name_too_long",
            format!("steps:\n- {{name: {}, image: b}}\n", "x".repeat(201)),
        ),
        ("too_deep", "[".repeat(300)),
        ("more_problems", numbered(600, |n| format!("key{n}: x\n"))),
        ("nul", "name: a\0".to_owned()),
        ("control_character", "name: a\u{7}".to_owned()),
        ("direction_control", "name: a\u{202e}b".to_owned()),
        ("utf16", "n\0a\0m\0e\0".to_owned()),
    ]
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Info => "Remark",
    }
}

fn with_code(text: &str, code: &str) -> Vec<Diagnostic> {
    let mut found = read(text).diagnostics;
    found.retain(|one| one.code == code);
    found
}

#[test]
fn every_code_is_on_the_page_and_no_other() {
    let told: BTreeSet<_> = sections().into_keys().collect();
    let mut codes: BTreeSet<_> = CODES.iter().copied().collect();
    assert_eq!(codes.len(), CODES.len(), "no code is listed twice");
    // The command line's own.
    codes.insert("unreadable");
    assert_eq!(told, codes);
}

#[test]
fn every_example_brings_its_code_about() {
    let printable = sections()
        .into_iter()
        .filter_map(|(code, section)| Some((code, section.example?.to_owned())));
    let mut shown = BTreeSet::from(["unreadable"]);
    for (code, text) in printable.chain(unprintable()) {
        let found = with_code(&text, code);
        assert!(!found.is_empty(), "{code}: {:?}", read(&text).diagnostics);
        assert!(
            found
                .iter()
                .any(|one| word(one.severity) == sections()[code].severity),
            "{code} is no {}",
            sections()[code].severity
        );
        for one in found {
            assert!(
                !one.message.is_empty() && !one.message.ends_with('.'),
                "{}",
                one.message
            );
            assert!(
                one.message.starts_with(|c: char| !c.is_uppercase()),
                "{}",
                one.message
            );
        }
        shown.insert(code);
    }
    let told: BTreeSet<_> = sections().into_keys().collect();
    assert_eq!(shown, told, "a code has neither an example nor a text here");
}

#[test]
fn the_chapter_about_workflows_repeats_the_limits() {
    let (_, table) = WORKFLOWS
        .split_once("\n## Limits\n")
        .expect("there is a part about them");
    let thousands = |number: usize| match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", number / 1000, number % 1000),
    };
    for (row, limit) in [
        ("Text that is checked", format!("{} KiB", MAX_TEXT / 1024)),
        ("Lists, maps and scalars read", thousands(MAX_NODES)),
        ("Lists and maps inside each other", thousands(MAX_NESTING)),
        (
            "Lists and maps inside each other",
            thousands(MAX_DEPTH as usize),
        ),
        ("Steps, and triggers", thousands(MAX_STEPS)),
        ("Name of a step or trigger", format!("{MAX_NAME} bytes")),
        ("References to", thousands(MAX_REFERENCES)),
        ("Templates", format!("{} KiB", MAX_TEXT / 1024)),
        ("Aliases followed", thousands(MAX_ALIASES as usize)),
        ("Aliases followed", thousands(MAX_ALIASED_NODES as usize)),
        (
            "Aliases followed",
            format!("{} MiB", MAX_ALIASED_BYTES / 1024 / 1024),
        ),
        ("Problems shown", format!("{MAX_DIAGNOSTICS} errors")),
    ] {
        let found = table
            .lines()
            .find(|line| line.starts_with(&format!("| {row}")));
        assert!(
            found.is_some_and(|line| line.contains(&limit)),
            "{row}: {limit}, not {found:?}"
        );
    }
}

/// The text after a fix.
fn fixed(text: &str, fix: &Fix) -> String {
    let mut text = text.to_owned();
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| edit.start);
    for edit in edits.iter().rev() {
        text.replace_range(edit.start..edit.end, &edit.text);
    }
    text
}

#[test]
fn every_fix_cures_what_it_belongs_to() {
    let mut cured = BTreeSet::new();
    for (code, section) in sections() {
        let Some(text) = section.example else {
            continue;
        };
        for one in with_code(text, code) {
            let Some(fix) = &one.fix else { continue };
            assert!(!fix.label.is_empty() && !fix.edits.is_empty());
            let after = fixed(text, fix);
            assert!(with_code(&after, code).is_empty(), "{code}: {after}");
            assert!(
                read(&after).diagnostics.len() < read(text).diagnostics.len(),
                "{code}: the fix of {text:?} brings other problems: {after}"
            );
            cured.insert(code);
        }
    }
    for code in [
        "comment",
        "impossible_name",
        "key_not_text",
        "missing_blank",
        "number_not_finite",
        "tab",
        "undeclared_parameter",
        "unexpected_character",
        "unknown_anchor",
        "unknown_connection_type",
        "unknown_key",
        "unknown_step",
        "unknown_tag",
        "unknown_value",
        "unquoted_template",
        "wrong_image",
    ] {
        assert!(cured.contains(code), "{code} has no fix any more");
    }
}
