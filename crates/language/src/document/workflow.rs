//! The whole text: its top keys, and the checks that need more than one step.

use super::fields::{Fields, wrong};
use super::names::{self, Names};
use super::{Document, parameter, step, trigger, uses};
use crate::diagnostic::Findings;
use crate::order::check_cycles;
use crate::parse::Parsed;
use crate::text::Span;
use crate::tree::{Content, NodeId, Tree};

const KEYS: [&str; 13] = [
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
                "empty",
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
    // What a syntax error cut off is missing for that reason alone: of an incomplete text only
    // the content counts, not what it seems to lack.
    let mut unheard = Findings::new(if parsed.complete { "" } else { tree.source() });
    let heard = if parsed.complete {
        findings
    } else {
        &mut unheard
    };
    content(tree, root, &mut document, heard);
    document
}

fn content(tree: &Tree<'_>, root: NodeId, document: &mut Document, findings: &mut Findings<'_>) {
    let Some(fields) = Fields::new(tree, root, "a workflow", &KEYS, findings) else {
        return;
    };
    fixed(&fields, "apiVersion", "v1", findings);
    fixed(&fields, "kind", "Workflow", findings);
    document.name = fields.text("name", findings);
    document.summary = fields.text("summary", findings);
    document.description = fields.text("description", findings);

    if let Some(id) = fields.get("parameters") {
        document.parameters = parameter::read(tree, id, findings);
    }
    let mut steps = Vec::new();
    for item in list(&fields, "steps", findings) {
        steps.extend(step::read(tree, *item, findings));
    }
    let mut triggers = Vec::new();
    for item in list(&fields, "triggers", findings) {
        triggers.extend(trigger::read(tree, *item, findings));
    }
    names::check_unique(&steps, &triggers, findings);
    let names = Names::new(&steps, &document.parameters);
    let uses = uses::read(
        tree,
        &names,
        &document.parameters,
        &mut steps,
        &triggers,
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
        findings.error(
            "unknown_value",
            fields.tree.first_line(id),
            format_args!("`{key}` can only be `{value}`; write that or remove the line"),
        );
    }
}

fn list<'a>(
    fields: &Fields<'a, '_>,
    key: &'static str,
    findings: &mut Findings<'_>,
) -> &'a [NodeId] {
    let Some(id) = fields.get(key) else {
        return &[];
    };
    if let Content::Sequence(items) = fields.tree.content(fields.tree.resolve(id)) {
        return items;
    }
    wrong(fields.tree, id, key, "a list", findings);
    &[]
}
