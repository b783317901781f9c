//! Runs: what starts when, in which sandbox, and the door through which a step gets its values.
//!
//! An [`Engine`] owns every transition of the runs of an account. One task, the coordinator, carries
//! what has happened over a boundary, which is one transaction, and starts what that transaction has
//! claimed. Run state lives in rows: an engine that is killed at any line leaves rows that the next
//! one puts right. A recorded completion never runs again.
//!
//! A step is given a token and nothing else. Behind its [`StepDoor`] is what the step is written to
//! read; the one function that opens sealed values is in `opening`, and nothing leaves it towards a
//! step before the ledger has been committed.

mod answers;
mod asking;
mod attempt;
mod checkpoints;
mod conditions;
mod coordinator;
mod core;
mod door;
mod engine;
mod facts;
mod hand_out;
mod input_file;
mod live;
mod logs;
mod masking;
mod newest;
mod opening;
mod outcome;
mod output;
mod pace;
mod plans;
mod prepare;
mod presence;
mod pulse;
mod random;
pub mod redaction;
mod rotation;
pub mod runner;
mod script;
mod seen;
mod sentences;
mod settings;
mod sweeping;
mod tokens;
mod unopenable;
mod view;

pub use answers::Answer;
pub use conditions::Conditions;
pub use door::{DoorError, MAX_OUTPUT, MAX_OUTPUT_NAME, StepDoor};
pub use engine::Engine;
pub use input_file::fetch_input_file;
pub use rotation::{RotationError, Rotator};
pub use script::script;
pub use settings::{Limits, RunnerChoice, RunnerWords, Settings, StartError};
