//! States: of a run by its steps, and of a step as its dependents see it.

use model::{RunState, StepState};

use crate::evaluate::StatusProperty;
use crate::reference::ANSWER;

/// What `${steps.NAME.PROPERTY}` says about a step in this state; none while it is not known.
///
/// A step that never ran because somebody refused it or stopped the run counts as skipped.
pub fn step_status(state: StepState, property: StatusProperty) -> Option<bool> {
    if !state.is_final() {
        return None;
    }
    Some(match property {
        StatusProperty::Succeeded => state == StepState::Succeeded,
        StatusProperty::Failed => state.is_failure(),
        StatusProperty::Skipped => matches!(
            state,
            StepState::Skipped | StepState::Rejected | StepState::Cancelled
        ),
    })
}

/// What was answered to an approval in this state, under this name; none while nobody has decided, and for a name that
/// no answer has.
pub fn answer(state: StepState, name: &str) -> Option<&'static str> {
    match state {
        StepState::Succeeded if name == ANSWER => Some("approved"),
        StepState::Rejected if name == ANSWER => Some("rejected"),
        _ => None,
    }
}

/// The state of a run whose steps are in these states.
pub fn run_state(steps: &[StepState], stop_requested: bool) -> RunState {
    let any = |wanted: &dyn Fn(StepState) -> bool| steps.iter().any(|state| wanted(*state));
    let is = |wanted: StepState| any(&|state| state == wanted);
    if !any(&|state| !state.is_final()) {
        return if any(&|state| state.is_failure()) {
            RunState::Failed
        } else if is(StepState::Rejected) {
            RunState::Rejected
        } else if is(StepState::Cancelled) || (stop_requested && steps.is_empty()) {
            RunState::Cancelled
        } else {
            RunState::Succeeded
        };
    }
    let untouched = |state| matches!(state, StepState::Queued | StepState::Waiting);
    if !any(&|state| !untouched(state)) {
        RunState::Queued
    } else if is(StepState::WaitingForApproval) && !is(StepState::Running) && !is(StepState::Queued)
    {
        RunState::WaitingForApproval
    } else {
        RunState::Running
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_by_their_steps() {
        use StepState::{
            Cancelled, Failed, Queued, Rejected, Running, Skipped, Succeeded, TimedOut, Waiting,
            WaitingForApproval,
        };
        for (steps, expected) in [
            (&[][..], RunState::Succeeded),
            (&[Queued, Waiting], RunState::Queued),
            (&[Running, Waiting], RunState::Running),
            (&[Succeeded, Queued], RunState::Running),
            (&[Succeeded, Waiting], RunState::Running),
            (&[WaitingForApproval, Waiting], RunState::WaitingForApproval),
            (&[WaitingForApproval, Queued], RunState::Running),
            (&[Succeeded, Skipped], RunState::Succeeded),
            (&[Succeeded, Failed, Rejected], RunState::Failed),
            (&[TimedOut, Cancelled], RunState::Failed),
            (&[Succeeded, Rejected, Skipped], RunState::Rejected),
            (&[Succeeded, Cancelled], RunState::Cancelled),
        ] {
            assert_eq!(run_state(steps, false), expected, "{steps:?}");
        }
        assert_eq!(run_state(&[Succeeded], true), RunState::Succeeded);
    }
}
