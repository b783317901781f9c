//! What a path through a text leads to, and with that what can be written there.

/// A node of a workflow by its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room<'p> {
    Workflow,
    /// The map from names to parameters.
    Parameters,
    Parameter,
    Steps,
    Step,
    Triggers,
    Trigger,
    Source,
    Binding,
    /// The map from names of parameters to what they get from an event.
    Bound,
    /// One of these words.
    Words(&'static [&'static str]),
    Schedule,
    /// A step, by name.
    DependsOn,
    Image {
        trigger: bool,
    },
    /// The spec of a step or trigger, or something in it, with the path inside.
    Spec {
        trigger: bool,
        path: &'p [&'p str],
    },
    /// Another value that is evaluated.
    Value {
        trigger: bool,
        condition: bool,
    },
    /// Anything else.
    Other,
}

impl Room<'_> {
    /// Whether tags and templates mean something here, and if so, whether it is a trigger's.
    pub(super) fn evaluated(self) -> Option<bool> {
        match self {
            // The spec itself is a map and nothing else.
            Self::Spec { trigger, path } => (!path.is_empty()).then_some(trigger),
            Self::Value { trigger, .. } => Some(trigger),
            _ => None,
        }
    }
}

/// What the types of JSON are called in schemas.
const TYPES: &[&str] = &["string", "number", "boolean", "array", "object"];

pub(super) fn room<'p>(path: &'p [&'p str]) -> Room<'p> {
    match path {
        [] => Room::Workflow,
        ["apiVersion"] => Room::Words(&["v1"]),
        ["kind"] => Room::Words(&["Workflow"]),
        ["parameters"] => Room::Parameters,
        ["parameters", _] => Room::Parameter,
        ["parameters", _, "type"] => Room::Words(TYPES),
        ["locals", ..] => Room::Value {
            trigger: false,
            condition: false,
        },
        ["steps"] => Room::Steps,
        ["steps", "-"] => Room::Step,
        ["steps", "-", key, rest @ ..] => step(key, rest),
        ["triggers"] => Room::Triggers,
        ["triggers", "-"] => Room::Trigger,
        ["triggers", "-", key, rest @ ..] => trigger(key, rest),
        _ => Room::Other,
    }
}

fn step<'p>(key: &str, rest: &'p [&'p str]) -> Room<'p> {
    let value = |condition| Room::Value {
        trigger: false,
        condition,
    };
    match (key, rest) {
        ("type", []) => Room::Words(&["container", "approval"]),
        ("image", []) => Room::Image { trigger: false },
        ("dependsOn", [] | ["-"]) => Room::DependsOn,
        ("when", [] | ["-"]) => value(true),
        ("when", _) | ("env", [_, ..]) => value(false),
        ("spec", path) => Room::Spec {
            trigger: false,
            path,
        },
        _ => Room::Other,
    }
}

fn trigger<'p>(key: &str, rest: &'p [&'p str]) -> Room<'p> {
    let value = |condition| Room::Value {
        trigger: true,
        condition,
    };
    match (key, rest) {
        ("source", []) => Room::Source,
        ("source", ["type"]) => Room::Words(&["schedule", "push", "webhook"]),
        ("source", ["schedule"]) => Room::Schedule,
        ("source", ["schema", _, "type"]) => Room::Words(TYPES),
        ("source", ["image"]) => Room::Image { trigger: true },
        ("source", ["spec", path @ ..]) => Room::Spec {
            trigger: true,
            path,
        },
        ("binding", []) => Room::Binding,
        ("binding", ["parameters"]) => Room::Bound,
        ("when", [] | ["-"]) => value(true),
        ("source", ["env", _, ..])
        | ("binding", ["key", ..] | ["parameters", _, ..])
        | ("when", _) => value(false),
        _ => Room::Other,
    }
}
