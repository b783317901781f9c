//! What a step is told when it asks whether its condition holds.

use language::{Evaluation, StepReads, Verdict, judge};

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

    /// Of what a condition has come to.
    pub(crate) fn of(evaluation: &Evaluation, reads: &StepReads) -> Result<Self, DoorError> {
        Ok(match judge(evaluation) {
            Verdict::Holds => Self::said(true, ALL_PASSED),
            Verdict::DoesNotHold => Self::said(false, "one or more conditions failed"),
            Verdict::NoCondition(_) => return Err(DoorError::NotACondition),
            Verdict::Unresolved => {
                let missing = evaluation.unresolvable.references().iter();
                let missing = missing
                    .map(|one| format!("\n* {}: not found", sentences::identified(one, reads)));
                Self {
                    resolved: false,
                    success: false,
                    message: format!("{UNRESOLVED}{}", missing.collect::<String>()),
                }
            }
        })
    }

    fn said(success: bool, message: &str) -> Self {
        Self {
            resolved: true,
            success,
            message: message.to_owned(),
        }
    }
}

/// What the original says. Programs compare it.
const ALL_PASSED: &str = "all checks passed";

/// Likewise, with a line behind it for everything that is missing.
const UNRESOLVED: &str =
    "unresolvable_error: We could not fully evaluate this resource expression:";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;

    use language::{Expression, Value};
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::facts::Outputs;
    use crate::view::{Values, View};

    /// What a step with this condition is told, whose text names the parameters `no` and `gone`.
    fn told(when: &Json) -> Result<Conditions, DoorError> {
        let reads = StepReads {
            parameters: vec!["gone".to_owned(), "no".to_owned()],
            ..StepReads::default()
        };
        let parameters = BTreeMap::from([("no".to_owned(), Value::Bool(false))]);
        let view = View {
            parameters: Some(&parameters),
            outputs: Some(&Outputs::new()),
            state_of: &|_| None,
            states_known: true,
            values: &Values::new(),
            reads: &reads,
            beyond: Mutex::default(),
            dated: AtomicBool::new(false),
        };
        Conditions::of(
            &Expression::from_json(when).evaluate(&view).unwrap(),
            &reads,
        )
    }

    #[test]
    fn the_first_that_is_not_true_decides() {
        for when in [
            json!(["x", false]),
            json!([true, 5, false]),
            json!("true"),
            json!([[true]]),
        ] {
            assert!(
                matches!(told(&when), Err(DoorError::NotACondition)),
                "{when}"
            );
        }
        for when in [
            json!(false),
            json!([false, "x"]),
            json!(["${parameters.gone}", "${parameters.no}"]),
            json!(["x", "${parameters.gone}", false]),
        ] {
            let told = told(&when).unwrap();
            assert_eq!((told.resolved, told.success), (true, false), "{when}");
            assert_eq!(told.message, "one or more conditions failed");
        }
        for when in [
            json!(["${parameters.gone == 'x'}"]),
            json!(["x", "${parameters.gone}"]),
        ] {
            let told = told(&when).unwrap();
            assert_eq!((told.resolved, told.success), (false, false), "{when}");
            assert_eq!(
                told.message,
                format!("{UNRESOLVED}\n* parameter \"gone\": not found")
            );
        }
        for when in [json!(true), json!([]), json!([true, true])] {
            assert_eq!(
                told(&when).unwrap(),
                Conditions::said(true, ALL_PASSED),
                "{when}"
            );
        }
    }
}
