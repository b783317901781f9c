//! The workflow language: from text to a document, its diagnostics, requirements and plan.
//!
//! No I/O and no panics: [`read`] has an answer to every text, in the browser and on the server
//! the same. [`compare`] is the one comparison of what a text needs with what an account holds.

mod characters;
mod compare;
mod diagnostic;
mod document;
pub mod limits;
mod order;
mod parse;
mod plan;
mod reference;
mod requirement;
mod suggest;
mod syntax;
mod text;
pub mod tree;

pub use compare::{Setup, SetupConnection, SetupSecret, compare};
pub use diagnostic::{Diagnostic, Severity};
pub use document::{Document, Parameter, Step, Trigger, read};
pub use plan::{Plan, PlanStep, PlanTrigger, StepKind};
pub use requirement::{
    ConnectionRequirement, DynamicRequirement, ParameterRequirement, Requirements,
    SecretRequirement,
};
pub use text::{Place, Places, Span};
