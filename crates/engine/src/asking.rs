//! Evaluating what a step is written to be told: look, fetch what is wanted, look again.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use language::{Evaluation, EvaluationError, Expression, QueryLanguage, Reference, StepReads};
use tokio::task::spawn_blocking;

use crate::core::Core;
use crate::door::DoorError;
use crate::facts::Facts;
use crate::hand_out;
use crate::live::Live;
use crate::opening::Subject;
use crate::seen::Seen;
use crate::view::{Values, View};

/// What is to be evaluated: an expression, or what a query finds in it.
#[derive(Clone)]
pub(crate) struct Wish {
    pub(crate) expression: Expression,
    pub(crate) query: Option<(QueryLanguage, String)>,
}

/// What came of it.
pub(crate) struct Asked<T> {
    pub(crate) answer: T,
    /// When the values it was made of were seen; nothing when it was made of something else that
    /// may change, such as the time or what there is not yet.
    pub(crate) seen: Option<Seen>,
}

/// Evaluates with everything the step may know, and makes an answer of it. Each value is fetched
/// at most once, and only when the expression really comes to it.
pub(crate) async fn evaluate<T: Send + 'static>(
    core: &Core,
    live: &Arc<Live>,
    wish: Wish,
    answer: impl Fn(Evaluation) -> T + Copy + Send + 'static,
) -> Result<Asked<T>, DoorError> {
    let mut seen = Some(Seen::now(core));
    let mut look = Look {
        wish,
        facts: live.known.lock().await.facts.clone(),
        values: Values::new(),
    };
    loop {
        let looked = on_a_thread(live, look, answer).await?;
        look = looked.look;
        for subject in &looked.beyond {
            hand_out::hand_out(core, live, subject).await?;
        }
        if looked.dated || !looked.beyond.is_empty() {
            seen = None;
        }
        let wanted = match looked.outcome.map_err(DoorError::Evaluation)? {
            Outcome::Done(answer) => return Ok(Asked { answer, seen }),
            Outcome::Wanted(wanted) => wanted,
        };
        let mut fetched = false;
        for wanted in &wanted {
            match subject_of(wanted) {
                Some(subject) if look.values.contains_key(&subject) => {}
                Some(subject) => {
                    let given = hand_out::hand_out(core, live, &subject).await?;
                    seen = seen
                        .zip(given.as_ref())
                        .map(|(seen, given)| seen.older(given.seen));
                    let value = given.map(|given| given.value);
                    look.values.insert(subject, value);
                    fetched = true;
                }
                None if look.facts.is_some() => {}
                None => {
                    look.facts = Some(facts(core, live).await?);
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

/// What is known at a look.
struct Look {
    wish: Wish,
    facts: Option<Arc<Facts>>,
    values: Values,
}

struct Looked<T> {
    look: Look,
    outcome: Result<Outcome<T>, EvaluationError>,
    /// What was asked for although the step is not written to read it.
    beyond: BTreeSet<Subject>,
    /// Whether it asked for the time.
    dated: bool,
}

enum Outcome<T> {
    Done(T),
    Wanted(Vec<Reference>),
}

/// Looks on a thread that serves nobody else: a query can be made to take long.
async fn on_a_thread<T: Send + 'static>(
    live: &Arc<Live>,
    look: Look,
    answer: impl Fn(Evaluation) -> T + Send + 'static,
) -> Result<Looked<T>, DoorError> {
    let turn = Arc::clone(&live.evaluating).acquire_owned().await;
    let turn = turn.map_err(|_| DoorError::NotFound)?;
    let live = Arc::clone(live);
    let looked = spawn_blocking(move || {
        let looked = look.at(&live, answer);
        // Not before, also when nobody waits for the answer any more.
        drop(turn);
        looked
    });
    looked.await.map_err(|_| {
        // The panic hook has told where; words of the panic may hold a value.
        tracing::error!("an expression could not be evaluated to its end");
        DoorError::Failed
    })
}

impl Look {
    fn at<T>(self, live: &Live, answer: impl Fn(Evaluation) -> T) -> Looked<T> {
        let none = StepReads::default();
        let facts = self.facts.as_deref();
        let view = View {
            parameters: facts.map(|facts| &facts.parameters),
            outputs: facts.map(|facts| &facts.outputs),
            state_of: &|step| facts.and_then(|facts| facts.states.get(step).copied()),
            states_known: facts.is_some(),
            values: &self.values,
            reads: live.written().map_or(&none, |step| &step.reads),
            beyond: Mutex::default(),
            dated: AtomicBool::new(false),
        };
        let Wish { expression, query } = &self.wish;
        let evaluation = match query {
            None => expression.evaluate(&view),
            Some((language, text)) => expression.query(*language, text, &view),
        };
        let dated = view.dated.load(Ordering::Relaxed);
        let beyond = view.into_beyond();
        let outcome = evaluation.map(|evaluation| {
            if evaluation.wanted.is_empty() {
                Outcome::Done(answer(evaluation))
            } else {
                Outcome::Wanted(evaluation.wanted)
            }
        });
        Looked {
            look: self,
            outcome,
            beyond,
            dated,
        }
    }
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
