//! The whole text: its top keys, and the checks that need more than one step.

use super::fields::{Fields, other, text, wrong};
use super::names::{self, Declaring, Names};
use super::uri::is_uri;
use super::{Document, parameter, step, trigger, uses};
use crate::code::Code;
use crate::diagnostic::Severity;
use crate::findings::Findings;
use crate::limits::MAX_STEPS;
use crate::order::check_cycles;
use crate::parse::Parsed;
use crate::repair::Repair;
use crate::text::Span;
use crate::tree::{Content, NodeId, Tree};

/// The keys of a workflow.
pub(crate) const KEYS: [&str; 13] = [
    "apiVersion",
    "kind",
    "name",
    "summary",
    "description",
    "homepage",
    "source",
    "tags",
    "locals",
    "parameters",
    "steps",
    "triggers",
    // The first workflows had it; it says nothing.
    "version",
];

pub(super) fn read<'t>(parsed: &Parsed<'t>, findings: &mut Findings<'t>) -> Document {
    let tree = &parsed.tree;
    let mut document = Document {
        readable: parsed.complete,
        ..Document::default()
    };
    let Some(root) = tree.root().filter(|root| !tree.is_null(*root)) else {
        if parsed.complete {
            findings.error(
                Code::Empty,
                Span::default(),
                "there is nothing here yet; begin with `steps:`",
            );
        }
        return document;
    };
    if !matches!(tree.content(root), Content::Mapping) {
        if parsed.complete {
            wrong(
                tree,
                root,
                "a workflow",
                "a map with keys such as `steps`",
                findings,
            );
        }
        document.readable = false;
        return document;
    }
    // What a syntax error cut off is missing for that reason alone.
    findings.spare(parsed.broken.clone());
    content(tree, root, &mut document, findings);
    document
}

fn content(tree: &Tree<'_>, root: NodeId, document: &mut Document, findings: &mut Findings<'_>) {
    let Some(fields) = Fields::new(tree, root, "a workflow", &KEYS, findings) else {
        return;
    };
    fixed(&fields, "apiVersion", "v1", findings);
    fixed(&fields, "kind", "Workflow", findings);
    document.name = fields.words("name", findings);
    document.summary = fields.words("summary", findings);
    document.description = fields.words("description", findings);
    address(&fields, "homepage", findings);
    address(&fields, "source", findings);
    tags(&fields, findings);
    if let Some(id) = fields.get("locals")
        && !matches!(tree.content(tree.resolve(id)), Content::Mapping)
    {
        other(tree, id, "locals", "a map", Severity::Warning, findings);
    }

    if let Some(id) = fields.get("parameters") {
        document.parameters = parameter::read(tree, id, findings);
    }
    let mut steps = Vec::new();
    for item in list(&fields, "steps", &mut document.readable, findings) {
        steps.extend(step::read(tree, *item, findings));
    }
    let mut triggers = Vec::new();
    for item in list(&fields, "triggers", &mut document.readable, findings) {
        triggers.extend(trigger::read(tree, *item, findings));
    }
    names::check_unique(&steps, &triggers, findings);
    let names = Names::new(
        &steps,
        &document.parameters,
        document.readable.then(|| Declaring::new(tree, root)),
    );
    let uses = uses::read(
        tree,
        &names,
        &document.parameters,
        &mut steps,
        &triggers,
        fields.get("locals"),
        findings,
    );
    let edges: Vec<_> = steps
        .iter()
        .map(|one| (one.step.name.as_str(), &*one.edges))
        .collect();
    check_cycles(&edges, findings);

    document.plan = uses.plan;
    document.requirements = uses.requirements;
    document.steps = steps.into_iter().map(|one| one.step).collect();
    document.triggers = triggers.into_iter().map(|one| one.trigger).collect();
}

/// A key that can only have one value.
fn fixed(fields: &Fields<'_, '_>, key: &str, value: &str, findings: &mut Findings<'_>) {
    let Some(id) = fields.get(key) else { return };
    if fields.tree.scalar(id) != Some(value) {
        let span = fields.tree.first_line(id);
        // A text that goes on in the next lines is something else than a wrong word.
        let word = fields.tree.scalar(id).is_some_and(|word| !word.is_empty())
            && fields.tree.span(id) == span;
        findings.add(
            Severity::Error,
            Code::UnknownValue,
            span,
            format_args!("`{key}` can only be `{value}`; write that or remove the line"),
            word.then(|| Repair::replace(span, value)),
        );
    }
}

/// An address that people follow.
fn address(fields: &Fields<'_, '_>, key: &str, findings: &mut Findings<'_>) {
    let Some(text) = fields.words(key, findings) else {
        return;
    };
    if let Some(id) = fields.get(key)
        && !is_uri(&text)
    {
        findings.warning(
            Code::WrongUri,
            fields.tree.first_line(id),
            format_args!("`{key}` is an address with its scheme, such as `https://example.com`"),
        );
    }
}

/// The words that a library files the workflow under.
fn tags(fields: &Fields<'_, '_>, findings: &mut Findings<'_>) {
    let Some(id) = fields.get("tags") else { return };
    let tree = fields.tree;
    let Content::Sequence(items) = tree.content(tree.resolve(id)) else {
        return other(
            tree,
            id,
            "tags",
            "a list of texts",
            Severity::Warning,
            findings,
        );
    };
    for item in items {
        text(tree, *item, "tags", Severity::Warning, findings);
    }
}

/// The items of a list. `whole` is no longer true when there are more than are read.
fn list<'a>(
    fields: &Fields<'a, '_>,
    key: &'static str,
    whole: &mut bool,
    findings: &mut Findings<'_>,
) -> &'a [NodeId] {
    let Some(id) = fields.get(key) else {
        return &[];
    };
    if let Content::Sequence(items) = fields.tree.content(fields.tree.resolve(id)) {
        let Some(next) = items.get(MAX_STEPS) else {
            return items;
        };
        *whole = false;
        findings.error(
            Code::TooManyValues,
            fields.tree.first_line(*next),
            format_args!("there are more than {MAX_STEPS} {key}; what follows is not read"),
        );
        return &items[..MAX_STEPS];
    }
    wrong(fields.tree, id, key, "a list", findings);
    &[]
}
