//! Conditions: which steps a `when` looks at, and what is added to it for the others.

use std::collections::BTreeSet;

use crate::evaluate::{
    Environment, Evaluation, Expression, Lookup, Reference, StatusProperty, Value,
};

/// What a condition has come to: `true` or `false`, or a list of such.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict<'e> {
    /// It holds.
    Holds,
    /// It does not, whatever else is missing.
    DoesNotHold,
    /// Something it needs cannot be resolved.
    Unresolved,
    /// This is neither true nor false.
    NoCondition(&'e Value),
}

/// Judges what a condition was evaluated to. The first part that is not true decides. What is not
/// resolved yet is passed by: it may become anything.
pub fn judge(evaluation: &Evaluation) -> Verdict<'_> {
    let parts = match &evaluation.value {
        Value::List(list) => list.items(),
        one => std::slice::from_ref(one),
    };
    for part in parts {
        match part {
            Value::Bool(true) => {}
            Value::Bool(false) => return Verdict::DoesNotHold,
            other if evaluation.complete() => return Verdict::NoCondition(other),
            _ => {}
        }
    }
    if evaluation.complete() {
        Verdict::Holds
    } else {
        Verdict::Unresolved
    }
}

/// An environment that knows nothing.
struct Nothing;

impl Environment for Nothing {
    fn parameter(&self, _name: &str) -> Lookup {
        Lookup::Absent
    }

    fn output(&self, _step: &str, _name: &str) -> Lookup {
        Lookup::Absent
    }

    fn secret(&self, _name: &str) -> Lookup {
        Lookup::Absent
    }

    fn connection(&self, _type_name: &str, _name: &str) -> Lookup {
        Lookup::Absent
    }

    fn answer(&self, _ask_ref: &str, _name: &str) -> Lookup {
        Lookup::Absent
    }

    fn status(&self, _step: &str, _property: StatusProperty) -> Lookup {
        Lookup::Absent
    }

    fn data(&self, _name: Option<&str>) -> Option<Lookup> {
        None
    }

    fn parameters(&self) -> Vec<String> {
        Vec::new()
    }

    fn outputs(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// The steps whose end a condition depends on. None for a condition that is wrong in itself, or
/// where `coalesce` makes up for them.
fn looked_at(when: &Expression) -> BTreeSet<String> {
    depended_on(when, |reference| match reference {
        Reference::Status { step, .. } => Some(step),
        _ => None,
    })
}

/// The same with the approvals whose answer it depends on.
pub(crate) fn looked_at_or_asked(when: &Expression) -> BTreeSet<String> {
    depended_on(when, |reference| match reference {
        Reference::Status { step, .. } | Reference::Answer { ask_ref: step, .. } => Some(step),
        _ => None,
    })
}

fn depended_on(when: &Expression, on: fn(&Reference) -> Option<&String>) -> BTreeSet<String> {
    let Ok(evaluation) = when.evaluate(&Nothing) else {
        return BTreeSet::new();
    };
    let references = evaluation.unresolvable.references().iter();
    references.filter_map(on).cloned().collect()
}

/// The conditions under which a step runs: its own, and that every step it depends on succeeds,
/// unless its own look at how that one ended.
pub fn effective_when(when: Option<&Value>, depends_on: &[String]) -> Vec<Value> {
    let own = match when {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::List(list)) => list.items().to_vec(),
        Some(one) => vec![one.clone()],
    };
    let looked_at = looked_at(&Expression::from_value(&Value::list(own.clone())));
    let others: BTreeSet<_> = depends_on
        .iter()
        .filter(|name| !looked_at.contains(*name))
        .collect();
    let succeeded = others.into_iter().map(|name| {
        let name = name.replace('\\', "\\\\").replace('\'', "\\'");
        Value::from(format!("${{steps.'{name}'.succeeded}}"))
    });
    own.into_iter().chain(succeeded).collect()
}
