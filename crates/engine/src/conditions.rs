//! What a step is told when it asks whether its condition holds.

use language::{Evaluation, StepReads, Value};

use crate::door::DoorError;
use crate::sentences;

/// What a step is told when it asks whether its condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conditions {
    /// Whether that can be said.
    pub resolved: bool,
    /// Whether it holds.
    pub success: bool,
    /// Why not; fixed words that programs know when it does.
    pub message: String,
}

impl Conditions {
    /// Of a step that has no condition of its own, but may need other steps. It would not have
    /// been started before they had succeeded.
    pub(crate) fn without(needs_steps: bool) -> Self {
        let message = if needs_steps { ALL_PASSED } else { "" };
        Self::said(true, message)
    }

    /// Of what a condition has come to: true or false, or a list of such.
    pub(crate) fn of(evaluation: &Evaluation, reads: &StepReads) -> Result<Self, DoorError> {
        let one = [evaluation.value.clone()];
        let all = evaluation.value.as_list().unwrap_or(&one);
        if all.iter().any(|one| matches!(one, Value::Bool(false))) {
            return Ok(Self::said(false, "one or more conditions failed"));
        }
        if let Some(first) = evaluation.unresolvable.references().first() {
            return Ok(Self {
                resolved: false,
                success: false,
                message: format!("the condition uses {}", sentences::missing(first, reads)),
            });
        }
        if all.iter().all(|one| matches!(one, Value::Bool(true))) {
            Ok(Self::said(true, ALL_PASSED))
        } else {
            Err(DoorError::NotACondition)
        }
    }

    fn said(success: bool, message: &str) -> Self {
        Self {
            resolved: true,
            success,
            message: message.to_owned(),
        }
    }
}

/// What the original says.
const ALL_PASSED: &str = "all checks passed";
