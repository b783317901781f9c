//! One trigger of a workflow.

use serde::Serialize;

use super::fields::{Fields, text, wrong};
use crate::diagnostic::{Findings, shown};
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

const KEYS: [&str; 4] = ["name", "source", "binding", "when"];
const SCHEDULE: [&str; 2] = ["type", "schedule"];
const PUSH: [&str; 2] = ["type", "schema"];
const WEBHOOK: [&str; 7] = [
    "type",
    "image",
    "spec",
    "env",
    "input",
    "inputFile",
    "command",
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
    let name = fields.required("name", findings);
    let span = name.map_or(fields.head, |id| tree.span(id));
    let mut reading = TriggerReading {
        trigger: Trigger {
            name: name
                .and_then(|id| text(tree, id, "name", findings))
                .unwrap_or_default(),
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
    reading.values.extend(fields.get("when"));
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
            if fields.required("schedule", findings).is_some() {
                reading.trigger.schedule = fields.text("schedule", findings);
            }
        }
        "webhook" => {
            if fields.required("image", findings).is_some() {
                reading.trigger.image = fields.text("image", findings);
            }
            reading.values.extend(fields.map("spec", findings));
            reading.values.extend(fields.map("env", findings));
        }
        _ => drop(fields.map("schema", findings)),
    }
}

fn unknown(tree: &Tree<'_>, id: NodeId, word: &str, findings: &mut Findings<'_>) {
    match tree.get(id, "type") {
        Some(id) => {
            let guess = findings.guess(word, ["schedule", "push", "webhook"]);
            let guess = if guess.is_empty() {
                "; use `schedule`, `push` or `webhook`".to_owned()
            } else {
                guess
            };
            findings.error(
                "unknown_value",
                tree.span(id),
                format_args!("there is no type of trigger {}{guess}", shown(word)),
            );
        }
        None => findings.error(
            "missing_key",
            tree.first_line(id),
            "a source needs the key `type`: `schedule`, `push` or `webhook`",
        ),
    }
}

fn binding(tree: &Tree<'_>, id: NodeId, reading: &mut TriggerReading, findings: &mut Findings<'_>) {
    let Some(fields) = Fields::new(tree, id, "a binding", &BINDING, findings) else {
        return;
    };
    reading.values.extend(fields.get("key"));
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
