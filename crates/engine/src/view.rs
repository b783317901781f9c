//! What an expression of a step can see while it is evaluated.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use language::{Environment, Lookup, StatusProperty, StepReads, Value};
use model::StepState;

use crate::facts::Outputs;
use crate::opening::Subject;

/// Values that were opened for an expression; `None` for what there is not.
pub(crate) type Values = HashMap<Subject, Option<Value>>;

/// What is known so far. What is not known yet is answered with “wanted”, looked up, and then the
/// expression is evaluated again.
pub(crate) struct View<'a> {
    /// The parameters.
    pub(crate) parameters: Option<&'a BTreeMap<String, Value>>,
    /// The outputs of other steps.
    pub(crate) outputs: Option<&'a Outputs>,
    /// The state of a step, when it is known; not called before `states_known`.
    pub(crate) state_of: &'a (dyn Fn(&str) -> Option<StepState> + Sync),
    /// Whether states can be asked for.
    pub(crate) states_known: bool,
    /// Connections and secrets.
    pub(crate) values: &'a Values,
    /// What the step is written to read. Nothing else exists for it.
    pub(crate) reads: &'a StepReads,
    /// What it asked for although that is not written: names that were computed.
    pub(crate) beyond: Mutex<BTreeSet<Subject>>,
    /// Whether it asked for the time, so that the same question has another answer later.
    pub(crate) dated: AtomicBool,
}

impl View<'_> {
    /// What was asked for although it is not written.
    pub(crate) fn into_beyond(self) -> BTreeSet<Subject> {
        self.beyond
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn value(&self, subject: Subject) -> Lookup {
        if !subject.is_read_by(self.reads) {
            let mut beyond = self.beyond.lock().unwrap_or_else(PoisonError::into_inner);
            beyond.insert(subject);
            return Lookup::Absent;
        }
        match self.values.get(&subject) {
            Some(known) => found(known.as_ref()),
            None => Lookup::Wanted,
        }
    }
}

/// The answer for what was looked up.
fn found(known: Option<&Value>) -> Lookup {
    known.map_or(Lookup::Absent, |value| Lookup::Found(value.clone()))
}

impl Environment for View<'_> {
    fn parameter(&self, name: &str) -> Lookup {
        match self.parameters {
            Some(known) => found(known.get(name)),
            None => Lookup::Wanted,
        }
    }

    fn output(&self, step: &str, name: &str) -> Lookup {
        if !self.reads.outputs.iter().any(|read| read == step) {
            return Lookup::Absent;
        }
        match self.outputs {
            Some(known) => found(known.get(&(step.to_owned(), name.to_owned()))),
            None => Lookup::Wanted,
        }
    }

    fn secret(&self, name: &str) -> Lookup {
        self.value(Subject::Secret {
            name: name.to_owned(),
        })
    }

    fn connection(&self, type_name: &str, name: &str) -> Lookup {
        self.value(Subject::Connection {
            type_name: type_name.to_owned(),
            name: name.to_owned(),
        })
    }

    fn answer(&self, ask_ref: &str, name: &str) -> Lookup {
        if !self.reads.answers.iter().any(|read| read == ask_ref) {
            return Lookup::Absent;
        }
        if !self.states_known {
            return Lookup::Wanted;
        }
        let answer = (self.state_of)(ask_ref).and_then(|state| language::answer(state, name));
        answer.map_or(Lookup::Absent, |answer| Lookup::Found(answer.into()))
    }

    fn status(&self, step: &str, property: StatusProperty) -> Lookup {
        if !self.states_known {
            return Lookup::Wanted;
        }
        let holds = (self.state_of)(step).and_then(|state| language::step_status(state, property));
        holds.map_or(Lookup::Absent, |holds| Lookup::Found(Value::Bool(holds)))
    }

    fn data(&self, _name: Option<&str>) -> Option<Lookup> {
        None
    }

    fn parameters(&self) -> Vec<String> {
        self.parameters
            .map(|known| known.keys().cloned().collect())
            .unwrap_or_default()
    }

    fn outputs(&self) -> Vec<(String, String)> {
        let read = |(step, _): &&(String, String)| self.reads.outputs.contains(step);
        self.outputs
            .map(|known| known.keys().filter(read).cloned().collect())
            .unwrap_or_default()
    }

    fn now(&self) -> SystemTime {
        self.dated.store(true, Ordering::Relaxed);
        SystemTime::now()
    }
}
