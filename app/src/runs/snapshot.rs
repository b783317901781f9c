//! What the page of a run shows, as it is at one moment. It crosses to the browser, first with the
//! page and then with every change; it holds names, states and masked texts, and no value of a
//! connection or secret.

use model::{AttemptState, RunState, StepState, Timestamp};
use serde::{Deserialize, Serialize};

/// A run at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSnapshot {
    /// The workflow's name.
    pub workflow: String,
    /// Its number in the workflow.
    pub number: u64,
    /// Its state.
    pub state: RunState,
    /// The revision that runs.
    pub revision: u64,
    /// Who started it.
    pub started_by: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its first step began.
    pub started_at: Option<Timestamp>,
    /// When its last step ended.
    pub finished_at: Option<Timestamp>,
    /// Who asked for it to be stopped.
    pub stopped_by: Option<String>,
    /// The server's time when this was put together.
    pub now: Timestamp,
    /// Its steps in the order of the text.
    pub steps: Vec<StepSnapshot>,
    /// What its steps have put out so far.
    pub outputs: Vec<OutputSnapshot>,
    /// What its steps were given so far.
    pub uses: Vec<UseSnapshot>,
}

/// A step at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSnapshot {
    /// Its place in the text, from 0.
    pub position: u64,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: StepState,
    /// What it asks or tells; shown with an approval.
    pub description: String,
    /// Why it is in that state, where there is something to say.
    pub message: String,
    /// What its last attempt ended with.
    pub exit_code: Option<i64>,
    /// The steps it waits for.
    pub needs: Vec<String>,
    /// Every attempt at it, in order.
    pub attempts: Vec<AttemptSnapshot>,
    /// When its first attempt began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// An attempt at a step at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptSnapshot {
    /// Its number in the step, from 1.
    pub number: u64,
    /// Its state.
    pub state: AttemptState,
}

/// An output of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputSnapshot {
    /// The step that set it.
    pub step: String,
    /// Its name.
    pub name: String,
    /// Its value, masked, as JSON.
    pub value: String,
}

/// A connection or secret that a step was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseSnapshot {
    /// The step.
    pub step: String,
    /// The connection's type; nothing for a secret.
    pub type_name: Option<String>,
    /// Its name.
    pub name: String,
    /// The revision that was given.
    pub revision: u64,
    /// When it was first given.
    pub at: Timestamp,
    /// Whether that is still its newest revision.
    pub current: bool,
    /// The address of its page, as long as it has one.
    pub page: Option<String>,
}

impl RunSnapshot {
    /// The address of the run's page.
    pub fn path(&self) -> String {
        format!("/workflows/{}/runs/{}", self.workflow, self.number)
    }

    /// The address of a step's log on that page.
    pub fn log_path(&self, position: u64) -> String {
        format!("{}?tab=logs&step={position}", self.path())
    }

    /// The steps that ended, or could not begin, through a fault, and those that were refused.
    pub fn at_fault(&self) -> impl Iterator<Item = &StepSnapshot> {
        let fault =
            |step: &&StepSnapshot| step.state.is_failure() || step.state == StepState::Rejected;
        self.steps.iter().filter(fault)
    }

    /// The approvals that can be decided now.
    pub fn undecided(&self) -> impl Iterator<Item = &StepSnapshot> {
        let waits = |step: &&StepSnapshot| step.state == StepState::WaitingForApproval;
        self.steps.iter().filter(waits)
    }
}

#[cfg(feature = "ssr")]
mod from_service {
    use service::{AttemptView, RunView, StepView, UseView};

    use super::{
        AttemptSnapshot, OutputSnapshot, RunSnapshot, StepSnapshot, StepState, Timestamp,
        UseSnapshot,
    };

    impl RunSnapshot {
        /// The run of that workflow as it is at `now`.
        pub fn of(workflow: &str, run: &RunView, now: Timestamp) -> Self {
            let output = |(step, name, value): &(String, String, String)| OutputSnapshot {
                step: step.clone(),
                name: name.clone(),
                value: value.clone(),
            };
            Self {
                workflow: workflow.to_owned(),
                number: run.number,
                state: run.state,
                revision: run.revision,
                started_by: run.started_by.clone(),
                created_at: run.created_at,
                started_at: run.started_at,
                finished_at: run.finished_at,
                stopped_by: run.stop_requested.as_ref().map(|(_, who)| who.clone()),
                now,
                steps: run.steps.iter().map(StepSnapshot::from).collect(),
                outputs: run.outputs.iter().map(output).collect(),
                uses: run
                    .uses
                    .iter()
                    .map(|used| used_in(workflow, used))
                    .collect(),
            }
        }
    }

    impl From<&StepView> for StepSnapshot {
        fn from(step: &StepView) -> Self {
            Self {
                position: step.position,
                name: step.name.clone(),
                state: step.state,
                description: step.description.clone().unwrap_or_default(),
                message: message(step),
                exit_code: step.exit_code,
                needs: step.needs.clone(),
                attempts: step.attempts.iter().map(AttemptSnapshot::from).collect(),
                started_at: step.started_at,
                finished_at: step.finished_at,
            }
        }
    }

    /// Why a step stands as it does; of an approval, who decided it.
    fn message(step: &StepView) -> String {
        match &step.decided_by {
            Some(who) if step.state == StepState::Succeeded => format!("Approved by {who}."),
            Some(who) if step.state == StepState::Rejected => format!("Rejected by {who}."),
            _ => step.message.clone(),
        }
    }

    impl From<&AttemptView> for AttemptSnapshot {
        fn from(attempt: &AttemptView) -> Self {
            Self {
                number: attempt.number,
                state: attempt.state,
            }
        }
    }

    fn used_in(workflow: &str, used: &UseView) -> UseSnapshot {
        let type_name = (!used.type_name.is_empty()).then(|| used.type_name.clone());
        UseSnapshot {
            page: used.id.as_ref().map(|id| match type_name {
                Some(_) => format!("/connections/{id}"),
                None => format!("/workflows/{workflow}/secrets/{id}"),
            }),
            step: used.step.clone(),
            type_name,
            name: used.name.clone(),
            revision: used.revision,
            at: used.at,
            current: used.current,
        }
    }
}
