//! What an expression refers to outside of itself.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::json;

/// A reference with all its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// A parameter of the run.
    Parameter {
        /// Its name.
        name: String,
    },
    /// A secret of the workflow.
    Secret {
        /// Its name.
        name: String,
    },
    /// A connection of the account.
    Connection {
        /// Its type.
        type_name: String,
        /// Its name.
        name: String,
    },
    /// What a step has put out.
    Output {
        /// The step.
        step: String,
        /// The name of the output.
        name: String,
    },
    /// What a person has answered.
    Answer {
        /// What was asked.
        ask_ref: String,
        /// The name of the answer.
        name: String,
    },
    /// How a step ended.
    Status {
        /// The step.
        step: String,
        /// What is asked about it: `failed`, `skipped`, `succeeded`, or a word that means nothing.
        property: String,
    },
    /// The data of an event.
    Data {
        /// Its name; empty for the one without.
        name: String,
    },
}

/// The references that nobody had a value for, each once, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unresolvable {
    references: Vec<Reference>,
}

impl Unresolvable {
    pub(super) fn new(mut references: Vec<Reference>) -> Self {
        references.sort_unstable();
        references.dedup();
        Self { references }
    }

    /// All of them.
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.references.is_empty()
    }
}

/// As the metadata API lists them: by kind, without the kinds that nothing is missing of.
impl Serialize for Unresolvable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut kinds: Vec<(&str, Vec<serde_json::Value>)> = Vec::new();
        for reference in &self.references {
            let (kind, fields) = match reference {
                Reference::Parameter { name } => ("parameters", json!({"name": name})),
                Reference::Secret { name } => ("secrets", json!({"name": name})),
                Reference::Connection { type_name, name } => {
                    ("connections", json!({"type": type_name, "name": name}))
                }
                Reference::Output { step, name } => {
                    ("outputs", json!({"from": step, "name": name}))
                }
                Reference::Answer { ask_ref, name } => {
                    ("answers", json!({"askRef": ask_ref, "name": name}))
                }
                Reference::Status { step, property } => {
                    ("statuses", json!({"action": step, "property": property}))
                }
                Reference::Data { name } => ("data", json!({"name": name})),
            };
            match kinds.last_mut() {
                Some((known, list)) if *known == kind => list.push(fields),
                _ => kinds.push((kind, vec![fields])),
            }
        }
        let mut map = serializer.serialize_map(Some(kinds.len()))?;
        for (kind, list) in kinds {
            map.serialize_entry(kind, &list)?;
        }
        map.end()
    }
}
