//! What is common to the cases of all areas.

use serde_json::Value;

/// What became of a case.
pub(crate) enum Verdict {
    Passed,
    Failed { expected: Value, got: Value },
}

impl Verdict {
    pub(crate) fn failed(expected: Value, got: Value) -> Self {
        Self::Failed { expected, got }
    }

    pub(crate) fn of(passed: bool, expected: &Value, got: Value) -> Self {
        if passed {
            Self::Passed
        } else {
            Self::failed(expected.clone(), got)
        }
    }
}

/// What a correct engine does; none where anything but what the original does is right.
pub(crate) fn expected(case: &Value) -> Option<&Value> {
    match case.get("safe_expect") {
        Some(safe) => Some(safe),
        None if case.get("upstream_bug").is_some() => None,
        None => case.get("expect"),
    }
}
