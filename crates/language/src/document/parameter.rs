//! `parameters`: what a run can be given.

use serde::Serialize;

use super::fields::{Fields, wrong};
use super::{json, literal};
use crate::code::Code;
use crate::diagnostic::shown;
use crate::findings::Findings;
use crate::text::Place;
use crate::tree::{Content, NodeId, Tree};

/// A declared parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What kind of value it takes, in the author's words; nothing checks it.
    #[serde(rename = "type")]
    pub type_name: Option<String>,
    /// The default as JSON text, `null` if the text says so; none when there is no default, and
    /// a run needs a value.
    pub default: Option<String>,
    /// Where its name is.
    pub place: Place,
}

const KEYS: [&str; 3] = ["description", "default", "type"];

pub(super) fn read(tree: &Tree<'_>, id: NodeId, findings: &mut Findings<'_>) -> Vec<Parameter> {
    if !matches!(tree.content(tree.resolve(id)), Content::Mapping) {
        wrong(tree, id, "parameters", "a map", findings);
        return Vec::new();
    }
    let mut parameters = Vec::new();
    for (key, body) in tree.entries(id) {
        let Some(name) = tree.scalar(key) else {
            continue;
        };
        let mut parameter = Parameter {
            name: name.to_owned(),
            description: None,
            type_name: None,
            default: None,
            place: findings.place(tree.span(key)),
        };
        if tree.is_null(body) {
            findings.error(
                Code::WrongType,
                tree.span(key),
                format_args!(
                    "the parameter {} has no body; give it a `description`, or write `{{}}`",
                    shown(name)
                ),
            );
        } else if let Some(fields) = Fields::new(tree, body, "a parameter", &KEYS, findings) {
            parameter.description = fields.words("description", findings);
            // Any word goes: the original took even numbers here.
            parameter.type_name = fields
                .get("type")
                .and_then(|id| tree.scalar(id))
                .map(str::to_owned);
            if let Some(id) = fields.get("default") {
                literal::check_default(tree, id, name, findings);
                parameter.default = Some(json::text(tree, id));
            }
        }
        parameters.push(parameter);
    }
    parameters
}
