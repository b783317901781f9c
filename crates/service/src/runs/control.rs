//! What people do to a run under way: stop it, decide its approvals.

use model::{Problem, ProblemKind, StepState};
use serde_json::json;
use store::{Change, Tx, runs, steps};

use crate::Service;
use crate::permission::{Approver, Operator, Permission};
use crate::service::{broken, who};

impl Service {
    /// Asks to stop a run: steps under way are ended, the others do not begin. Asking again changes
    /// nothing.
    pub async fn stop_run(
        &self,
        operator: &Operator,
        workflow: &str,
        number: u64,
    ) -> Result<(), Problem> {
        let (run, mut tx) = self.locked(operator, workflow, number).await?;
        if run.state.is_final() {
            return Err(ended(&run));
        }
        let detail = json!({ "workflow": run.workflow_id.as_str(), "number": run.number });
        let entry = self.entry(operator.actor(), "run.stop", run.id.as_str(), &detail);
        let asked = runs::request_stop(&mut tx, &run.id, &entry);
        if asked.await.map_err(broken)? {
            tx.commit().await.map_err(broken)?;
            self.store.announce(Change::Run(run.id));
        }
        Ok(())
    }

    /// Approves or rejects the approval `step` of a run.
    pub async fn decide_approval(
        &self,
        approver: &Approver,
        workflow: &str,
        number: u64,
        step: &str,
        granted: bool,
    ) -> Result<(), Problem> {
        let (run, mut tx) = self.locked(approver, workflow, number).await?;
        let rows = steps::of_run(&mut tx, &run.id).await.map_err(broken)?;
        let row = rows.into_iter().find(|row| row.name == step);
        let row = row
            .filter(|row| row.kind == "approval")
            .ok_or_else(|| Problem::not_found("approval"))?;
        if row.state.is_final() {
            return Err(decided(row));
        }
        if run.stop_requested.is_some() || run.state.is_final() {
            return Err(ended(&run));
        }
        if row.state != StepState::WaitingForApproval {
            return Err(Problem::new(
                ProblemKind::Stale,
                "approval_waits",
                format!("{step} cannot be decided yet: it waits for other steps."),
            ));
        }
        let detail = json!({
            "workflow": run.workflow_id.as_str(),
            "number": run.number,
            "step": row.name,
            "granted": granted,
        });
        let entry = self.entry(approver.actor(), "run.approval", run.id.as_str(), &detail);
        let done = runs::decide_approval(&mut tx, &run.id, row.position, granted, &entry);
        if !done.await.map_err(broken)? {
            tracing::error!("an approval that waits could not be decided");
            return Err(Problem::internal());
        }
        tx.commit().await.map_err(broken)?;
        self.store.announce(Change::Run(run.id));
        Ok(())
    }

    /// A run and the transaction in which nobody else moves it.
    async fn locked<P: Permission>(
        &self,
        by: &P,
        workflow: &str,
        number: u64,
    ) -> Result<(runs::RunRow, Tx), Problem> {
        let run = self.known_run(workflow, number).await?;
        let mut tx = self.begin(by).await?;
        let run = runs::lock(&mut tx, &run.id).await.map_err(broken)?;
        Ok((run.ok_or_else(|| Problem::not_found("run"))?, tx))
    }
}

fn ended(run: &runs::RunRow) -> Problem {
    let detail = if run.state.is_final() {
        format!(
            "Run #{} has ended already: it is {}.",
            run.number, run.state
        )
    } else {
        format!("Run #{} is being stopped.", run.number)
    };
    Problem::new(ProblemKind::Stale, "run_ended", detail)
}

fn decided(step: steps::StepRow) -> Problem {
    let detail = match (step.state, step.decided_by) {
        (StepState::Succeeded | StepState::Rejected, by) => {
            let word = if step.state == StepState::Succeeded {
                "approved"
            } else {
                "rejected"
            };
            format!("{} has {word} {} already.", who(by), step.name)
        }
        (state, _) => format!("{} cannot be decided any more: it is {state}.", step.name),
    };
    Problem::new(ProblemKind::Stale, "approval_decided", detail)
}
