//! Whether a step may start.

use model::StepState;

use super::state::step_status;
use super::when::{Verdict, judge};
use crate::diagnostic::shown;
use crate::document::{RunnableStep, StepReads};
use crate::evaluate::{Environment, Expression, Lookup, Reference, StatusProperty, Value};
use crate::plan::StepKind;
use crate::reference::ANSWER;

/// What becomes of a step that waits.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// It has to go on waiting.
    Wait,
    /// It can start.
    Start,
    /// It is an approval that can be decided now.
    AskApproval,
    /// It does not run; the sentence says why.
    Skip(String),
    /// It cannot run; the sentence says why.
    Fail(String),
    /// These values have to be fetched before it can be said.
    Wanted(Vec<Reference>),
}

/// Whether a step may start: once everything it needs has ended, if its conditions hold and the
/// steps it depends on succeeded.
pub fn decide(
    step: &RunnableStep,
    state_of: &dyn Fn(&str) -> Option<StepState>,
    env: &dyn Environment,
) -> Decision {
    for name in &step.needs {
        if !state_of(name).is_some_and(StepState::is_final) {
            return Decision::Wait;
        }
    }
    for name in &step.must_succeed {
        let state = state_of(name);
        if state != Some(StepState::Succeeded) {
            return Decision::Skip(without(name, state));
        }
    }
    let env = Known { state_of, env };
    if let Some(when) = &step.when
        && let Some(decision) = own(when, &step.reads, state_of, &env)
    {
        return decision;
    }
    match step.kind {
        StepKind::Container => Decision::Start,
        StepKind::Approval => Decision::AskApproval,
    }
}

fn without(name: &str, state: Option<StepState>) -> String {
    let name = shown(name);
    match state {
        Some(StepState::Skipped) => format!("the step {name} was skipped"),
        Some(StepState::Rejected) => format!("the approval {name} was refused"),
        Some(StepState::Cancelled) => format!("the step {name} was stopped"),
        _ => format!("the step {name} did not succeed"),
    }
}

/// What the step's own condition says; none when it holds.
fn own(
    when: &Expression,
    reads: &StepReads,
    state_of: &dyn Fn(&str) -> Option<StepState>,
    env: &dyn Environment,
) -> Option<Decision> {
    let evaluation = match when.evaluate(env) {
        Ok(evaluation) => evaluation,
        Err(error) => {
            return Some(Decision::Fail(format!(
                "its condition cannot be evaluated: {error}"
            )));
        }
    };
    if !evaluation.wanted.is_empty() {
        return Some(Decision::Wanted(evaluation.wanted));
    }
    match judge(&evaluation) {
        Verdict::Holds => None,
        Verdict::DoesNotHold => Some(Decision::Skip("its condition does not hold".to_owned())),
        Verdict::Unresolved => Some(unresolved(
            evaluation.unresolvable.references(),
            reads,
            state_of,
        )),
        Verdict::NoCondition(wrong) => Some(Decision::Fail(format!(
            "its condition is neither true nor false, but {}",
            wrong.kind()
        ))),
    }
}

/// A condition about an output that a step did not live to put out, or about an approval that
/// nobody came to decide, does not hold; anything else that is missing is a fault.
fn unresolved(
    missing: &[Reference],
    reads: &StepReads,
    state_of: &dyn Fn(&str) -> Option<StepState>,
) -> Decision {
    for reference in missing {
        let (step, read, ended) = match reference {
            Reference::Output { step, .. } => (step, &reads.outputs, &[StepState::Succeeded][..]),
            Reference::Answer { ask_ref, .. } => (
                ask_ref,
                &reads.answers,
                &[StepState::Succeeded, StepState::Rejected][..],
            ),
            _ => continue,
        };
        let state = state_of(step);
        if read.contains(step) && state.is_some_and(|state| !ended.contains(&state)) {
            return Decision::Skip(without(step, state));
        }
    }
    let words = missing.first().and_then(|first| words(first, reads));
    Decision::Fail(format!(
        "its condition needs {}",
        words.unwrap_or_else(|| "something whose name only a run works out".to_owned())
    ))
}

/// What is missing, if its name is written in the text. Other names may come from values.
fn words(reference: &Reference, reads: &StepReads) -> Option<String> {
    match reference {
        Reference::Parameter { name } if reads.parameters.contains(name) => {
            Some(format!("the parameter {}, which has no value", shown(name)))
        }
        Reference::Secret { name } if reads.secrets.contains(name) => {
            Some(format!("the secret {}, which there is not", shown(name)))
        }
        Reference::Connection { type_name, name }
            if reads
                .connections
                .iter()
                .any(|(of, known)| of == type_name && known == name) =>
        {
            let whole = format!("{type_name} / {name}");
            Some(format!(
                "the connection {}, which there is not",
                shown(&whole)
            ))
        }
        Reference::Output { step, .. } if reads.outputs.contains(step) => Some(format!(
            "an output of the step {}, which has not set it",
            shown(step)
        )),
        Reference::Answer { ask_ref, .. } if reads.answers.contains(ask_ref) => Some(format!(
            "an answer to {} other than `{ANSWER}`, which is the only one an approval has",
            shown(ask_ref)
        )),
        Reference::Answer { .. } => Some(
            "an answer of something that is no approval, or that is not named in the text"
                .to_owned(),
        ),
        _ => None,
    }
}

/// An environment in which the states of steps are those the decision is about.
struct Known<'e> {
    state_of: &'e dyn Fn(&str) -> Option<StepState>,
    env: &'e dyn Environment,
}

impl Environment for Known<'_> {
    fn parameter(&self, name: &str) -> Lookup {
        self.env.parameter(name)
    }

    fn output(&self, step: &str, name: &str) -> Lookup {
        self.env.output(step, name)
    }

    fn secret(&self, name: &str) -> Lookup {
        self.env.secret(name)
    }

    fn connection(&self, type_name: &str, name: &str) -> Lookup {
        self.env.connection(type_name, name)
    }

    fn answer(&self, ask_ref: &str, name: &str) -> Lookup {
        self.env.answer(ask_ref, name)
    }

    fn status(&self, step: &str, property: StatusProperty) -> Lookup {
        let known = (self.state_of)(step).and_then(|state| step_status(state, property));
        known.map_or(Lookup::Absent, |known| Lookup::Found(Value::Bool(known)))
    }

    fn data(&self, name: Option<&str>) -> Option<Lookup> {
        self.env.data(name)
    }

    fn data_names(&self) -> Vec<String> {
        self.env.data_names()
    }

    fn parameters(&self) -> Vec<String> {
        self.env.parameters()
    }

    fn outputs(&self) -> Vec<(String, String)> {
        self.env.outputs()
    }

    fn secrets(&self) -> Option<Vec<String>> {
        self.env.secrets()
    }

    fn connections(&self) -> Option<Vec<(String, String)>> {
        self.env.connections()
    }

    fn now(&self) -> std::time::SystemTime {
        self.env.now()
    }
}
