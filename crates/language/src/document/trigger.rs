//! One trigger of a workflow.
//!
//! What the format refuses is an error, as everywhere. What can be read and goes wrong only when the trigger should fire is
//! a warning: a run can still be started by hand.

use serde::Serialize;

use super::fields::{Fields, other, text, wrong};
use super::step::check_image;
use super::when;
use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::findings::Findings;
use crate::repair::Repair;
use crate::schedule;
use crate::text::{Place, Span};
use crate::tree::{Content, NodeId, Tree};

/// A trigger as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Trigger {
    /// Its name; empty while it has none.
    pub name: String,
    /// `schedule`, `push` or `webhook`; empty while it is not written.
    pub kind: String,
    /// For a schedule: when.
    pub schedule: Option<String>,
    /// For a webhook: the image that looks at the request.
    pub image: Option<String>,
    /// Its name in the text, or the beginning of the trigger.
    pub place: Place,
}

pub(crate) const KEYS: [&str; 4] = ["name", "source", "binding", "when"];
const SCHEDULE: [&str; 2] = ["type", "schedule"];
const PUSH: [&str; 2] = ["type", "schema"];
const WEBHOOK: [&str; 8] = [
    "type",
    "image",
    "spec",
    "env",
    "input",
    "inputFile",
    "command",
    "args",
];
const BINDING: [&str; 2] = ["key", "parameters"];

/// A trigger with what its values have to be looked up for.
pub(super) struct TriggerReading {
    pub(super) trigger: Trigger,
    pub(super) span: Span,
    /// Values that are evaluated, in the order of the text.
    pub(super) values: Vec<NodeId>,
    /// The parameters that an event is bound to.
    pub(super) bound: Vec<(String, Span)>,
}

pub(super) fn read(
    tree: &Tree<'_>,
    id: NodeId,
    findings: &mut Findings<'_>,
) -> Option<TriggerReading> {
    let fields = Fields::new(tree, id, "a trigger", &KEYS, findings)?;
    let name = fields.own_name(findings);
    let span = fields.get("name").map_or(fields.head, |id| tree.span(id));
    let mut reading = TriggerReading {
        trigger: Trigger {
            name: name.unwrap_or_default(),
            place: findings.place(span),
            ..Trigger::default()
        },
        span,
        values: Vec::new(),
        bound: Vec::new(),
    };
    if let Some(id) = fields.required("source", findings) {
        source(tree, id, &mut reading, findings);
    }
    if let Some(id) = fields.map("binding", findings) {
        binding(tree, id, &mut reading, findings);
    }
    if let Some(id) = fields.get("when") {
        when::check(tree, id, Severity::Warning, findings);
        reading.values.push(id);
    }
    reading.values.sort_by_key(|value| tree.span(*value));
    Some(reading)
}

fn source(tree: &Tree<'_>, id: NodeId, reading: &mut TriggerReading, findings: &mut Findings<'_>) {
    if !matches!(tree.content(tree.resolve(id)), Content::Mapping) {
        return wrong(tree, id, "source", "a map", findings);
    }
    let word = tree
        .get(id, "type")
        .and_then(|id| tree.scalar(id))
        .unwrap_or_default();
    let known: &'static [&'static str] = match word {
        "schedule" => &SCHEDULE,
        "push" => &PUSH,
        "webhook" => &WEBHOOK,
        _ => return unknown(tree, id, word, findings),
    };
    let Some(fields) = Fields::new(tree, id, "this source", known, findings) else {
        return;
    };
    word.clone_into(&mut reading.trigger.kind);
    match word {
        "schedule" => {
            if let Some(id) = fields.required("schedule", findings) {
                reading.trigger.schedule = text(tree, id, "schedule", Severity::Error, findings);
                if let Some(text) = &reading.trigger.schedule {
                    check_schedule(tree, id, text, findings);
                }
            }
        }
        "webhook" => {
            if let Some(id) = fields.required("image", findings) {
                reading.trigger.image = text(tree, id, "image", Severity::Error, findings);
                if let Some(image) = &reading.trigger.image {
                    check_image(tree, id, image, Severity::Warning, findings);
                }
            }
            fields.texts("input", findings);
            fields.text("inputFile", findings);
            fields.text("command", findings);
            fields.texts("args", findings);
            reading.values.extend(fields.map("spec", findings));
            reading.values.extend(fields.map("env", findings));
        }
        _ => schema(&fields, findings),
    }
}

/// What a push says about its data: nothing checks events against it.
fn schema(fields: &Fields<'_, '_>, findings: &mut Findings<'_>) {
    let tree = fields.tree;
    let Some(id) = fields.get("schema").filter(|id| !tree.is_null(*id)) else {
        return;
    };
    if !matches!(tree.content(tree.resolve(id)), Content::Mapping) {
        return other(tree, id, "schema", "a map", Severity::Warning, findings);
    }
    for (_, body) in tree.entries(id) {
        if !matches!(tree.content(tree.resolve(body)), Content::Mapping) {
            let expected = "a map such as `{type: string}`";
            other(
                tree,
                body,
                "a field of `schema`",
                expected,
                Severity::Warning,
                findings,
            );
        }
    }
}

fn check_schedule(tree: &Tree<'_>, id: NodeId, text: &str, findings: &mut Findings<'_>) {
    match schedule::check(text) {
        Ok(true) => {}
        Ok(false) => findings.warning(
            Code::ScheduleNever,
            tree.first_line(id),
            "there is no day with this date, so the schedule never fires",
        ),
        Err(wrong) => {
            let source = tree.verbatim(id).map(|source| source.start as usize);
            let part = source
                .filter(|_| !wrong.range.is_empty())
                .map(|start| Span::new(start + wrong.range.start, start + wrong.range.end));
            let word = text.get(wrong.range).unwrap_or_default();
            let guess = findings
                .guess(word, wrong.candidates.split_ascii_whitespace())
                .or(wrong.otherwise);
            findings.add(
                Severity::Warning,
                Code::WrongSchedule,
                part.unwrap_or_else(|| tree.first_line(id)),
                format_args!("{}{guess}", wrong.message),
                guess
                    .found
                    .zip(part)
                    .map(|(found, span)| Repair::replace(span, found)),
            );
        }
    }
}

fn unknown(tree: &Tree<'_>, id: NodeId, word: &str, findings: &mut Findings<'_>) {
    match tree.get(id, "type") {
        Some(id) => {
            let guess = findings.guess(word, ["schedule", "push", "webhook"]);
            let guess = guess.or("; use `schedule`, `push` or `webhook`");
            let span = tree.span(id);
            findings.add(
                Severity::Error,
                Code::UnknownValue,
                span,
                format_args!("there is no type of trigger {}{guess}", shown(word)),
                guess.repair(span),
            );
        }
        None => findings.error(
            Code::MissingKey,
            tree.first_line(id),
            "a source needs the key `type`: `schedule`, `push` or `webhook`",
        ),
    }
}

fn binding(tree: &Tree<'_>, id: NodeId, reading: &mut TriggerReading, findings: &mut Findings<'_>) {
    let Some(fields) = Fields::new(tree, id, "a binding", &BINDING, findings) else {
        return;
    };
    if let Some(id) = fields.get("key") {
        check_key(tree, id, findings);
        reading.values.push(id);
    }
    let Some(parameters) = fields.map("parameters", findings) else {
        return;
    };
    reading.values.push(parameters);
    for (key, _) in tree.entries(parameters) {
        if let Some(name) = tree.scalar(key) {
            reading.bound.push((name.to_owned(), tree.span(key)));
        }
    }
}

/// `binding.key`: a text, or an expression that becomes one.
fn check_key(tree: &Tree<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let target = tree.resolve(id);
    let tagged = tree
        .tag(target)
        .is_some_and(|tag| tag.name.starts_with('!'));
    let computed = tree.entries(target).any(|(key, _)| {
        tree.scalar(key)
            .is_some_and(|key| key == "$type" || key.starts_with("$fn.") || key == "$encoding")
    });
    let is_scalar = matches!(tree.content(target), Content::Scalar(..));
    if is_scalar && !tagged {
        text(tree, id, "key", Severity::Warning, findings);
    } else if !tagged && !computed {
        other(tree, id, "key", "a text", Severity::Warning, findings);
    }
}
