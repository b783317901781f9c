//! How a run goes on: whether a step may start, and what state a run is in. Pure functions of
//! what is written and of what has happened.

mod decision;
mod record;
mod state;
mod when;

pub use decision::{Decision, decide};
pub use record::{Condition, StepRecord, WhenStatus, run_conditions, step_conditions};
pub use state::{run_state, step_status};
pub use when::effective_when;
pub(crate) use when::looked_at;
