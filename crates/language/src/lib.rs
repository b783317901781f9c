//! The workflow language: from text to a document, its diagnostics, requirements and plan.
//!
//! No I/O and no panics: [`read`] has an answer to every text, in the browser and on the server
//! the same. [`compare`] is the one comparison of what a text needs with what an account holds.

mod aligned;
mod assist;
mod characters;
mod code;
mod compare;
mod diagnostic;
mod document;
#[cfg(feature = "evaluate")]
mod evaluate;
mod expression;
mod findings;
mod image;
pub mod limits;
mod number;
mod order;
mod parse;
mod plan;
#[cfg(feature = "evaluate")]
mod progress;
mod recovery;
mod reference;
mod repair;
mod requirement;
mod schedule;
mod suggest;
mod syntax;
#[cfg(feature = "evaluate")]
mod tagged;
mod text;
pub mod tree;
mod unquoted;

#[cfg(not(target_arch = "wasm32"))]
pub use assist::VOCABULARY;
pub use assist::{
    Assist, Completions, Graph, GraphStep, Hover, Item, ItemKind, Library, Need, OutlineItem,
    OutlineKind, RenameTarget,
};
pub use code::CODES;
pub use compare::{Setup, SetupConnection, SetupSecret, compare};
pub use diagnostic::{Diagnostic, Edit, Fix, Severity};
pub use document::{Document, Parameter, Step, Trigger, read};
#[cfg(feature = "evaluate")]
pub use document::{Runnable, RunnableStep, StepReads, runnable};
#[cfg(feature = "evaluate")]
pub use evaluate::{
    Environment, ErrorKind, Evaluation, EvaluationError, Expression, List, Lookup, Map,
    QueryLanguage, Reference, StatusProperty, Text, UnknownLanguage, UnknownProperty, Unresolvable,
    Value, from_stored, to_stored,
};
pub use number::Number;
pub use plan::{Plan, PlanStep, PlanTrigger, StepKind};
#[cfg(feature = "evaluate")]
pub use progress::{
    Condition, Decision, StepRecord, Verdict, WhenStatus, answer, decide, effective_when, judge,
    run_conditions, run_state, step_conditions, step_status,
};
pub use requirement::{
    ConnectionRequirement, DynamicRequirement, ParameterRequirement, Requirements,
    SecretRequirement,
};
#[cfg(feature = "evaluate")]
pub use schedule::{Schedule, WrongSchedule};
#[cfg(feature = "evaluate")]
pub use tagged::read_tagged;
pub use text::{Place, Places, Span};
