//! How the states of runs, steps and attempts look: always a word, an icon and a colour together.

use leptos::prelude::*;
use model::{AttemptState, RunState, StepState};

use crate::ui::icon::Icon;
use crate::ui::state::{State, Tone};

/// Tone and icon of a step's state.
pub fn of_step(state: StepState) -> (Tone, Icon) {
    match state {
        StepState::Queued | StepState::Waiting => (Tone::Idle, Icon::Clock),
        StepState::WaitingForApproval => (Tone::Unsure, Icon::Pause),
        StepState::Running => (Tone::Busy, Icon::Loader),
        StepState::Succeeded => (Tone::Good, Icon::Check),
        StepState::Failed | StepState::Rejected => (Tone::Bad, Icon::Cross),
        StepState::Skipped => (Tone::Idle, Icon::Skip),
        StepState::Cancelled => (Tone::Idle, Icon::Ban),
        StepState::TimedOut => (Tone::Bad, Icon::Hourglass),
        StepState::Interrupted => (Tone::Bad, Icon::Alert),
    }
}

/// A run looks like a step in the state of the same words.
fn as_step(state: RunState) -> StepState {
    match state {
        RunState::Queued => StepState::Queued,
        RunState::Running => StepState::Running,
        RunState::WaitingForApproval => StepState::WaitingForApproval,
        RunState::Succeeded => StepState::Succeeded,
        RunState::Failed => StepState::Failed,
        RunState::Rejected => StepState::Rejected,
        RunState::Cancelled => StepState::Cancelled,
    }
}

/// An attempt looks like its step.
fn attempt_as_step(state: AttemptState) -> StepState {
    match state {
        AttemptState::Running => StepState::Running,
        AttemptState::Succeeded => StepState::Succeeded,
        AttemptState::Failed => StepState::Failed,
        AttemptState::Cancelled => StepState::Cancelled,
        AttemptState::TimedOut => StepState::TimedOut,
        AttemptState::Interrupted => StepState::Interrupted,
    }
}

/// The state of a step.
pub fn step_state(state: StepState) -> impl IntoView {
    let (tone, icon) = of_step(state);
    view! { <State tone words=state.words() icon/> }
}

/// The state of a run.
pub fn run_state(state: RunState) -> impl IntoView {
    step_state(as_step(state))
}

/// The state of an attempt.
pub fn attempt_state(state: AttemptState) -> impl IntoView {
    step_state(attempt_as_step(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_attempts_keep_their_words() {
        for state in RunState::ALL {
            assert_eq!(as_step(*state).words(), state.words());
        }
        for state in AttemptState::ALL {
            assert_eq!(attempt_as_step(*state).words(), state.words());
        }
    }
}
