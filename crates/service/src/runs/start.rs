//! Starting a run.

use language::{RunnableStep, StepKind};
use model::{FieldProblem, Problem, ProblemKind, RunId, RunState, StepState};
use serde_json::json;
use store::runs::{self, NewRun, NewStep};
use store::{Change, workflows};

use super::{Blocker, blockers, parameters};
use crate::permission::Operator;
use crate::service::broken;
use crate::{Service, random};

impl Service {
    /// Starts a run of the newest revision and answers its number. `revision` is the one that was
    /// looked at, or 0 for whichever is the newest; `typed` is what was typed for each parameter.
    pub async fn start_run(
        &self,
        operator: &Operator,
        workflow: &str,
        revision: u64,
        typed: Vec<(String, String)>,
    ) -> Result<u64, Problem> {
        let workflow = self.known_workflow(workflow).await?;
        if revision != 0 && revision != workflow.revision {
            return Err(changed(workflow.revision));
        }
        let (document, runnable) = self.newest(&workflow).await?;
        let blockers = self.blockers(operator, &workflow, document.as_ref());
        let blockers = blockers.await?;
        let (Some(document), Some(runnable), []) = (document, runnable, blockers.as_slice()) else {
            return Err(blocked(blockers));
        };
        let given = parameters::given(&document, typed)?;
        let steps: Vec<_> = runnable.steps.iter().map(first).collect();

        let id = RunId::from_bytes(random::bytes()?);
        let detail = json!({
            "workflow": workflow.id.as_str(),
            "revision": workflow.revision,
            "parameters": given.keys().collect::<Vec<_>>(),
        });
        let entry = self.entry(operator.actor(), "run.start", id.as_str(), &detail);
        let new = NewRun {
            id: &id,
            workflow: &workflow.id,
            revision: workflow.revision,
            parameters: &parameters::object(&given),
            state: at_first(&steps),
            steps: &steps,
        };
        let mut tx = self.begin(operator).await?;
        let now = workflows::by_name(&mut tx, &self.account, &workflow.name);
        match now.await.map_err(broken)? {
            Some(now) if now.id == workflow.id && now.revision == workflow.revision => {}
            Some(now) if now.id == workflow.id => return Err(changed(now.revision)),
            _ => return Err(Problem::not_found("workflow")),
        }
        // What was there a moment ago may be deleted by now, or no longer granted.
        let held = self.holdings_in(&mut tx, &workflow.id).await?;
        let setup = language::compare(&document.requirements, &held);
        let missing = blockers::of_setup(&workflow.name, &setup);
        if !missing.is_empty() {
            return Err(blocked(missing));
        }
        let number = runs::add(&mut tx, &new, &entry).await.map_err(broken)?;
        tx.commit().await.map_err(broken)?;
        self.store.announce(Change::Run(id));
        Ok(number)
    }
}

/// A step of a run that begins. What needs nothing can begin at once; about everything else the
/// engine decides.
fn first(step: &RunnableStep) -> NewStep {
    let free = step.needs.is_empty() && step.when.is_none();
    NewStep {
        name: step.name.clone(),
        kind: step.kind.as_str(),
        state: match step.kind {
            _ if !free => StepState::Waiting,
            StepKind::Container => StepState::Queued,
            StepKind::Approval => StepState::WaitingForApproval,
        },
        message: String::new(),
    }
}

/// The state of a run that begins. Even one without steps ends only when an engine has seen it.
fn at_first(steps: &[NewStep]) -> RunState {
    let states: Vec<_> = steps.iter().map(|step| step.state).collect();
    match language::run_state(&states, false) {
        state if state.is_final() => RunState::Queued,
        state => state,
    }
}

/// Somebody saved since the form was opened.
fn changed(newest: u64) -> Problem {
    Problem::new(
        ProblemKind::Stale,
        "workflow_changed",
        format!(
            "The workflow was changed after you opened this form: its newest revision is {newest} \
             now. Nothing was started: look at it, then run it again."
        ),
    )
}

/// Something stands in the way; all of it is told at once.
fn blocked(blockers: Vec<Blocker>) -> Problem {
    let sentences: Vec<_> = blockers.iter().map(|one| one.sentence.as_str()).collect();
    let problem = Problem::new(ProblemKind::Input, "run_blocked", sentences.join(" "));
    let field = |one: Blocker| FieldProblem::new("workflow", "run_blocked", one.sentence);
    Problem {
        fields: blockers.into_iter().map(field).collect(),
        ..problem
    }
}
