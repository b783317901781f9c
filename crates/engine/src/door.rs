//! The door of one step: everything a step can ask for, and nothing else.
//!
//! Whatever the step is not written to read does not exist behind it. The answers to “there is no
//! such thing” and “this is not for you” are the same.

use std::sync::Arc;

use language::{Evaluation, EvaluationError, Expression, QueryLanguage, Value};
use store::outputs::SetOutput;

use crate::answers::{Answer, Question};
use crate::asking::{Asked, Wish};
use crate::conditions::Conditions;
use crate::core::Core;
use crate::hand_out;
use crate::live::Live;
use crate::opening::{OpenFailure, Subject};
use crate::{asking, masking};

/// Bytes of an output, as JSON.
pub const MAX_OUTPUT: usize = 1024 * 1024;

/// Characters of the name of an output.
pub const MAX_OUTPUT_NAME: usize = 1_000;

/// What a step is told instead of an answer.
#[derive(Debug)]
pub enum DoorError {
    /// There is no such thing for this step.
    NotFound,
    /// The expression cannot be evaluated. Its words name places, never values.
    Evaluation(EvaluationError),
    /// The step's condition is neither true nor false.
    NotACondition,
    /// The value or its name is longer than Relay keeps, or there is too much already.
    TooLarge,
    /// It is stored, and does not open, or is not what was stored last. The ledger names it;
    /// overwriting it helps, or else deleting it and adding it again.
    Unopenable,
    /// Relay itself failed, and has logged why. Nothing was handed out.
    Failed,
}

impl From<store::Error> for DoorError {
    fn from(error: store::Error) -> Self {
        OpenFailure::from(error).into()
    }
}

impl From<OpenFailure> for DoorError {
    fn from(failure: OpenFailure) -> Self {
        tracing::error!(
            error = &failure as &(dyn std::error::Error + 'static),
            "a step got no answer"
        );
        if failure.is_of_the_value() {
            Self::Unopenable
        } else {
            Self::Failed
        }
    }
}

/// The door of one step, for as long as its attempt is under way.
#[derive(Clone)]
pub struct StepDoor {
    core: Arc<Core>,
    live: Arc<Live>,
}

impl StepDoor {
    pub(crate) fn new(core: Arc<Core>, live: Arc<Live>) -> Self {
        Self { core, live }
    }

    /// The step's `spec`, or what a query finds in it.
    pub async fn spec(
        &self,
        query: Option<(QueryLanguage, &str)>,
    ) -> Result<Evaluation, DoorError> {
        let spec = self.live.written().and_then(|step| step.spec.as_ref());
        self.expression(spec, query).await
    }

    /// The same as `write` writes it. Asked again, it is not written again while nothing changes.
    pub async fn spec_written(
        &self,
        query: Option<(QueryLanguage, &str)>,
        write: fn(&Evaluation) -> Vec<u8>,
    ) -> Result<Answer, DoorError> {
        let spec = self.live.written().and_then(|step| step.spec.as_ref());
        let question = match query {
            Some((language, text)) => Question::PartOfSpec(language, text),
            None => Question::Spec,
        };
        self.written(spec, query, question, write).await
    }

    /// The step's `env`.
    pub async fn environment(&self) -> Result<Evaluation, DoorError> {
        let env = self.live.written().and_then(|step| step.env.as_ref());
        self.expression(env, None).await
    }

    /// The same as `write` writes it. Asked again, it is not written again while nothing changes.
    pub async fn environment_written(
        &self,
        write: fn(&Evaluation) -> Vec<u8>,
    ) -> Result<Answer, DoorError> {
        let env = self.live.written().and_then(|step| step.env.as_ref());
        self.written(env, None, Question::Environment, write).await
    }

    /// One variable of the step's `env`; what is to be said of the others does not belong to it.
    pub async fn environment_value(&self, name: &str) -> Result<Evaluation, DoorError> {
        let env = self.live.written().and_then(|step| step.env.as_ref());
        let written = env.ok_or(DoorError::NotFound)?.written();
        let variables = written.as_map().ok_or(DoorError::NotFound)?;
        if variables.iter().any(|(name, _)| name.starts_with('$')) {
            // As a whole it stands for something else, such as a connection.
            let mut all = self.environment().await?;
            let variables = all.value.as_map();
            let value = variables.and_then(|variables| variables.get(name)).cloned();
            all.value = value.ok_or(DoorError::NotFound)?;
            return Ok(all);
        }
        let variable = variables.get(name).ok_or(DoorError::NotFound)?;
        self.expression(Some(&Expression::from_value(variable)), None)
            .await
    }

    /// Whether the step's condition holds. It did when the step was started.
    pub async fn conditions(&self) -> Result<Conditions, DoorError> {
        let Some(step) = self.live.written() else {
            return Err(DoorError::NotFound);
        };
        match &step.when {
            Some(when) => {
                let evaluation = self.expression(Some(when), None).await?;
                Conditions::of(&evaluation, &step.reads)
            }
            None => Ok(Conditions::without(!step.depends_on.is_empty())),
        }
    }

    /// Sets an output of the step; the last value counts. Values that may not be logged are masked.
    pub async fn set_output(&self, name: &str, value: Value) -> Result<(), DoorError> {
        if name.chars().count() > MAX_OUTPUT_NAME {
            return Err(DoorError::TooLarge);
        }
        if name.is_empty() || name.contains('\0') {
            return Err(DoorError::NotFound);
        }
        hand_out::learn_all(&self.core, &self.live).await?;
        let value = masking::masked(&self.live.redactor, &value)
            .to_wire()
            .to_string();
        if value.len() > MAX_OUTPUT {
            return Err(DoorError::TooLarge);
        }
        let name = self.live.redactor.mask_text(name);
        let mut tx = self.core.store.begin_transition().await?;
        let at = self.core.now();
        match store::outputs::set(&mut tx, &self.live.attempt, &name, &value, at).await? {
            SetOutput::Done if !self.live.is_over() => tx.commit().await?,
            SetOutput::Done | SetOutput::AttemptOver => return Err(DoorError::NotFound),
            SetOutput::Full => return Err(DoorError::TooLarge),
        }
        self.core.tell_of_run(&self.live.run);
        Ok(())
    }

    /// A secret that the step is written to read.
    pub async fn secret(&self, name: &str) -> Result<Value, DoorError> {
        let name = name.to_owned();
        self.value(Subject::Secret { name }).await
    }

    /// A connection that the step is written to read.
    pub async fn connection(&self, type_name: &str, name: &str) -> Result<Value, DoorError> {
        let (type_name, name) = (type_name.to_owned(), name.to_owned());
        self.value(Subject::Connection { type_name, name }).await
    }

    /// An output of another step that this one is written to read.
    pub async fn output(&self, step: &str, name: &str) -> Result<Value, DoorError> {
        let read = self
            .live
            .written()
            .is_some_and(|this| this.reads.outputs.iter().any(|read| read == step));
        if !read || self.live.is_over() {
            return Err(DoorError::NotFound);
        }
        let facts = asking::facts(&self.core, &self.live).await?;
        // The process may have exited meanwhile; nobody is left who may be answered.
        if self.live.is_over() {
            return Err(DoorError::NotFound);
        }
        let key = (step.to_owned(), name.to_owned());
        facts.outputs.get(&key).cloned().ok_or(DoorError::NotFound)
    }

    async fn value(&self, subject: Subject) -> Result<Value, DoorError> {
        let given = hand_out::hand_out(&self.core, &self.live, &subject).await?;
        given.map(|given| given.value).ok_or(DoorError::NotFound)
    }

    async fn written(
        &self,
        expression: Option<&Expression>,
        query: Option<(QueryLanguage, &str)>,
        question: Question<'_>,
        write: fn(&Evaluation) -> Vec<u8>,
    ) -> Result<Answer, DoorError> {
        let known = self.live.answers.find(&self.core, question);
        let answer = if let Some(known) = known {
            known
        } else {
            let write = move |evaluation: Evaluation| Answer::new(write(&evaluation));
            let asked = self.ask(expression, query, write).await?;
            if let Some(seen) = asked.seen {
                self.live.answers.keep(question, &asked.answer, seen);
            }
            asked.answer
        };
        self.while_under_way(answer)
    }

    async fn expression(
        &self,
        expression: Option<&Expression>,
        query: Option<(QueryLanguage, &str)>,
    ) -> Result<Evaluation, DoorError> {
        let asked = self.ask(expression, query, |evaluation| evaluation).await?;
        self.while_under_way(asked.answer)
    }

    async fn ask<T: Send + 'static>(
        &self,
        expression: Option<&Expression>,
        query: Option<(QueryLanguage, &str)>,
        answer: impl Fn(Evaluation) -> T + Copy + Send + 'static,
    ) -> Result<Asked<T>, DoorError> {
        let wish = Wish {
            expression: expression.cloned().ok_or(DoorError::NotFound)?,
            query: query.map(|(language, text)| (language, text.to_owned())),
        };
        asking::evaluate(&self.core, &self.live, wish, answer).await
    }

    /// The process may have exited meanwhile; nobody is left who may be answered.
    fn while_under_way<T>(&self, answer: T) -> Result<T, DoorError> {
        if self.live.is_over() {
            return Err(DoorError::NotFound);
        }
        Ok(answer)
    }
}
