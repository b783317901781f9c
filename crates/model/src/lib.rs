//! The nouns of Relay: names, ids, roles, connection types, states and problems.
//!
//! This crate does no I/O and knows no HTTP, SQL or pages. It builds for the browser.

mod composed;
pub mod connection_type;
mod counted;
pub mod id;
pub mod name;
pub mod problem;
pub mod requirement;
pub mod role;
pub mod run;
pub mod time;
pub mod value;

pub use connection_type::{ConnectionType, Field, connection_type, connection_types};
pub use counted::counted;
pub use id::{
    AccountId, AttemptId, ConnectionId, EngineId, InvitationId, RotationId, RunId, SecretId,
    UserId, WorkflowId,
};
pub use name::{ConnectionName, Email, NameError, PersonName, SecretName, TypeName, WorkflowName};
pub use problem::{FieldProblem, Problem, ProblemKind};
pub use requirement::{
    HeldConnection, HeldSecret, Holdings, RequirementState, UNOPENABLE, Unopenable,
};
pub use role::Role;
pub use run::{AttemptState, RunState, StepState, UnknownState};
pub use time::Timestamp;
