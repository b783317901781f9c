//! Evaluating what a step is written to be told: look, fetch what is wanted, look again.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use language::{Environment, Evaluation, EvaluationError, Reference, StepReads};

use crate::core::Core;
use crate::door::DoorError;
use crate::facts::Facts;
use crate::hand_out;
use crate::live::Live;
use crate::opening::Subject;
use crate::view::{Values, View};

/// Evaluates with everything the step may know. Each value is fetched at most once, and only when
/// the expression really comes to it.
pub(crate) async fn evaluate(
    core: &Core,
    live: &Live,
    expression: impl Fn(&dyn Environment) -> Result<Evaluation, EvaluationError>,
) -> Result<Evaluation, DoorError> {
    let mut values = Values::new();
    let none = StepReads::default();
    let reads = live.written().map_or(&none, |step| &step.reads);
    let mut known = live.known.lock().await.facts.clone();
    loop {
        let (evaluation, beyond) = look(known.as_deref(), &values, reads, &expression);
        for subject in beyond {
            hand_out::hand_out(core, live, &subject).await?;
        }
        let evaluation = evaluation.map_err(DoorError::Evaluation)?;
        if evaluation.wanted.is_empty() {
            return Ok(evaluation);
        }
        let mut fetched = false;
        for wanted in &evaluation.wanted {
            match subject_of(wanted) {
                Some(subject) if values.contains_key(&subject) => {}
                Some(subject) => {
                    let value = hand_out::hand_out(core, live, &subject).await?;
                    values.insert(subject, value);
                    fetched = true;
                }
                None if known.is_some() => {}
                None => {
                    known = Some(facts(core, live).await?);
                    fetched = true;
                }
            }
        }
        if !fetched {
            tracing::error!("an expression wants what it was given already");
            return Err(DoorError::Failed);
        }
    }
}

/// The connection or secret that an evaluation wants.
pub(crate) fn subject_of(wanted: &Reference) -> Option<Subject> {
    match wanted {
        Reference::Connection { type_name, name } => Some(Subject::Connection {
            type_name: type_name.clone(),
            name: name.clone(),
        }),
        Reference::Secret { name } => Some(Subject::Secret { name: name.clone() }),
        _ => None,
    }
}

fn look(
    facts: Option<&Facts>,
    values: &Values,
    reads: &StepReads,
    expression: &impl Fn(&dyn Environment) -> Result<Evaluation, EvaluationError>,
) -> (Result<Evaluation, EvaluationError>, BTreeSet<Subject>) {
    let state_of = |step: &str| facts.and_then(|facts| facts.states.get(step).copied());
    let view = View {
        parameters: facts.map(|facts| &facts.parameters),
        outputs: facts.map(|facts| &facts.outputs),
        state_of: &state_of,
        states_known: facts.is_some(),
        values,
        reads,
        beyond: Mutex::default(),
    };
    let evaluation = expression(&view);
    (evaluation, view.into_beyond())
}

/// Parameters, outputs and states, looked up when somebody asks for the first time.
pub(crate) async fn facts(core: &Core, live: &Live) -> Result<Arc<Facts>, DoorError> {
    let mut known = live.known.lock().await;
    if let Some(facts) = &known.facts {
        return Ok(Arc::clone(facts));
    }
    let facts = Facts::of(&core.store, &live.run, live.plan()).await?;
    let facts = Arc::new(facts.ok_or(DoorError::NotFound)?);
    known.facts = Some(Arc::clone(&facts));
    Ok(facts)
}
