//! Evaluating expressions: values from references, templates, functions and queries.
//!
//! Pure: whoever evaluates brings an [`Environment`] that knows the values. One rule above all: a
//! resolved value is data for ever. Nothing that came out of a parameter, an output, a secret or
//! a connection is evaluated again, whatever it looks like.

mod context;
mod document;
mod environment;
mod error;
mod functions;
mod item;
mod markdown;
mod node;
mod number;
mod operators;
mod pattern;
mod print;
mod query;
mod reference;
mod regular;
mod roots;
mod route;
mod syntax;
mod value;
mod walk;
mod wire;

use std::fmt;
use std::sync::Arc;

pub use environment::{Environment, Lookup, StatusProperty, UnknownProperty};
pub use error::{ErrorKind, EvaluationError};

pub use query::{QueryLanguage, UnknownLanguage};
pub use reference::{Reference, Unresolvable};
pub use value::{List, Map, Text, Value};
pub use wire::{from_stored, to_stored};

use context::Context;
use error::Result as Inner;
use node::Node;
use walk::Partial;

/// A tree with references and templates in it, read once and evaluated as often as needed.
#[derive(Clone)]
pub struct Expression {
    node: Arc<Node>,
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The value; what could not be resolved stands in it as it is written.
    pub value: Value,
    /// The references that have no value.
    pub unresolvable: Unresolvable,
    /// The references whose value has to be fetched first. As long as there are any, the rest
    /// means nothing: fetch them and evaluate again.
    pub wanted: Vec<Reference>,
    open: bool,
}

impl Evaluation {
    /// Whether everything was resolved.
    pub fn complete(&self) -> bool {
        !self.open && self.wanted.is_empty()
    }
}

impl fmt::Debug for Expression {
    /// Without its content, which can be large.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Expression")
    }
}

impl Expression {
    /// Reads the JSON form of a tree: `{"$type": "Parameter", "name": …}`, `{"$fn.concat": […]}`,
    /// `{"$encoding": "base64", "data": …}`, and templates in texts. What is wrong in it is found
    /// out by evaluating it.
    pub fn from_json(json: &serde_json::Value) -> Self {
        Self::from_value(&Value::from_json(json))
    }

    /// Reads the same form of a tree that is a value already.
    pub fn from_value(written: &Value) -> Self {
        Self {
            node: Arc::new(Node::new(written)),
        }
    }

    /// The tree as it is written.
    pub fn written(&self) -> Value {
        self.node.raw()
    }

    /// Evaluates all of it.
    pub fn evaluate(&self, env: &dyn Environment) -> Result<Evaluation, EvaluationError> {
        evaluation(env, |context| document::evaluate(&self.node, None, context))
    }

    /// Evaluates only so many levels; what is below stays as it is written.
    pub fn evaluate_levels(
        &self,
        levels: usize,
        env: &dyn Environment,
    ) -> Result<Evaluation, EvaluationError> {
        evaluation(env, |context| {
            document::evaluate(&self.node, Some(levels), context)
        })
    }

    /// Asks for a part of it. Only what the question touches is evaluated and looked up.
    pub fn query(
        &self,
        language: QueryLanguage,
        text: &str,
        env: &dyn Environment,
    ) -> Result<Evaluation, EvaluationError> {
        evaluation(env, |context| {
            query::ask(&self.node, language, text, false, context)
        })
    }

    /// Asks for a part of it in a question that may call functions, which the metadata API does
    /// not offer.
    pub fn query_with_functions(
        &self,
        language: QueryLanguage,
        text: &str,
        env: &dyn Environment,
    ) -> Result<Evaluation, EvaluationError> {
        evaluation(env, |context| {
            query::ask(&self.node, language, text, true, context)
        })
    }
}

fn evaluation(
    env: &dyn Environment,
    evaluate: impl FnOnce(&mut Context<'_>) -> Inner<Partial>,
) -> Result<Evaluation, EvaluationError> {
    let mut context = Context::new(env);
    let result = evaluate(&mut context);
    let (missing, wanted) = context.finish();
    let partial = match result {
        Ok(partial) => partial,
        // An error may only be one because something is not there yet.
        Err(_) if !wanted.is_empty() => Partial::open(Value::Null),
        Err(fault) => return Err(fault.into()),
    };
    Ok(Evaluation {
        value: partial.value,
        unresolvable: Unresolvable::new(missing),
        wanted,
        open: partial.open,
    })
}
