//! How a run goes on: whether a step may start, and what state a run is in. Pure functions of
//! what is written and of what has happened.

mod decision;
mod record;
mod state;
mod when;

pub use decision::{Decision, decide};
pub use record::{Condition, StepRecord, WhenStatus, run_conditions, step_conditions};
pub use state::{answer, run_state, step_status};
pub(crate) use when::looked_at_or_asked;
pub use when::{Verdict, effective_when, judge};
