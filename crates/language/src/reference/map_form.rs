//! The oldest dialect: `{$type: Secret, name: x}` and `{$fn.concat: [a, b]}`.

use super::tag::name;
use super::{Kind, Name, Reference, Written};
use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::findings::Findings;
use crate::tree::{NodeId, ScalarType, Tree};

/// What a map without a tag is.
pub(super) enum Reading {
    Reference(Written),
    /// A call, with its arguments.
    Call(String, NodeId),
    /// Ordinary data: look into its values.
    Data,
    /// Nothing to look into.
    Nothing,
}

pub(super) fn read(tree: &Tree<'_>, id: NodeId, findings: &mut Findings<'_>) -> Reading {
    let mut entries = tree.entries(id);
    let (Some((key, value)), more) = (entries.next(), entries.next().is_some()) else {
        return Reading::Data;
    };
    if !more
        && let Some(function) = tree.scalar(key).and_then(|key| key.strip_prefix("$fn."))
        && !function.is_empty()
    {
        return Reading::Call(function.to_owned(), value);
    }
    let Some(word) = tree.get(id, "$type") else {
        return Reading::Data;
    };
    if tree.scalar_type(word) != Some(ScalarType::Text) {
        return Reading::Data;
    }
    let (kind, fields): (_, &[&str]) = match tree.scalar(word) {
        Some("Connection") => (Kind::Connection, &["type", "name"]),
        Some("Secret") => (Kind::Secret, &["name"]),
        Some("Parameter") => (Kind::Parameter, &["name"]),
        Some("Output") => (Kind::Output, &["from", "name"]),
        Some("Answer") => (Kind::Answer, &["askRef", "name"]),
        Some("Data") => {
            return Reading::Reference(Written {
                reference: Reference::Event,
                computed: Vec::new(),
                named: [None; 2],
                question: tree.get(id, "query"),
            });
        }
        // Any other word makes ordinary data.
        other => {
            misspelled(tree, word, other.unwrap_or_default(), findings);
            return Reading::Data;
        }
    };
    let mut names = Vec::new();
    let mut computed = Vec::new();
    let mut nodes = [None; 2];
    for (field, node) in fields.iter().zip(&mut nodes) {
        let value = tree.get(id, field).or_else(|| {
            // The first workflows wrote it so.
            (*field == "from")
                .then(|| tree.get(id, "taskName"))
                .flatten()
        });
        let Some(value) = value else {
            findings.error(
                Code::MissingKey,
                tree.span(id),
                format_args!(
                    "a map with `$type: {}` needs the key `{field}`",
                    type_word(kind)
                ),
            );
            return Reading::Nothing;
        };
        let name = name(tree, value, tree.span(id), findings);
        if matches!(name, Name::Computed) {
            computed.push(value);
        }
        *node = Some(value);
        names.push(name);
    }
    match Reference::new(kind, names) {
        Some(reference) => Reading::Reference(Written {
            reference,
            computed,
            named: nodes,
            question: None,
        }),
        None => Reading::Nothing,
    }
}

/// Ordinary data, unless a letter is wrong.
fn misspelled(tree: &Tree<'_>, id: NodeId, word: &str, findings: &mut Findings<'_>) {
    let guess = findings.guess(word, TYPES);
    if guess.found.is_some() {
        findings.add(
            Severity::Warning,
            Code::UnknownTag,
            tree.span(id),
            format_args!("there is no reference of the type {}{guess}", shown(word)),
            guess.repair(tree.span(id)),
        );
    }
}

const TYPES: [&str; 6] = [
    "Connection",
    "Secret",
    "Parameter",
    "Output",
    "Data",
    "Answer",
];

fn type_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Connection => "Connection",
        Kind::Secret => "Secret",
        Kind::Parameter => "Parameter",
        Kind::Output | Kind::Step => "Output",
        Kind::Answer => "Answer",
    }
}
