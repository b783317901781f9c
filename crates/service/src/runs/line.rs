//! The list of a workflow's runs.

use model::{AttemptId, Problem, RunState, Timestamp, WorkflowId};
use store::runs::{self, RunRow};
use store::{Tx, steps};

use crate::Service;
use crate::permission::Viewer;
use crate::service::{broken, who};

/// How many runs are listed at once.
const PAGE: u32 = 50;

/// How many are looked at in one go when all of them are wanted.
const ALL: u32 = 500;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunLine {
    /// Its number, from 1 in each workflow.
    pub number: u64,
    /// How it stands.
    pub state: RunState,
    /// The revision that it runs.
    pub revision: u64,
    /// Who started it.
    pub started_by: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its first step began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

impl Service {
    /// The newest runs of a workflow, or the newest ones before number `before`; newest first, at
    /// most 50.
    pub async fn runs(
        &self,
        _: &Viewer,
        workflow: &str,
        before: Option<u64>,
    ) -> Result<Vec<RunLine>, Problem> {
        let workflow = self.known_workflow(workflow).await?;
        let rows = runs::list(&self.store, &self.account, &workflow.id, before, PAGE);
        let line = |row: RunRow| RunLine {
            number: row.number,
            state: row.state,
            revision: row.revision,
            started_by: who(row.started_by),
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
        };
        Ok(rows.await.map_err(broken)?.into_iter().map(line).collect())
    }

    /// The run of that number; `None` when there is no such workflow or no such run of it.
    pub(super) async fn find_run(
        &self,
        workflow: &str,
        number: u64,
    ) -> Result<Option<RunRow>, Problem> {
        let Some(workflow) = self.find_workflow(workflow).await? else {
            return Ok(None);
        };
        runs::find(&self.store, &self.account, &workflow.id, number)
            .await
            .map_err(broken)
    }

    /// The run of that number, or the problem that there is none.
    pub(super) async fn known_run(&self, workflow: &str, number: u64) -> Result<RunRow, Problem> {
        self.find_run(workflow, number)
            .await?
            .ok_or_else(|| Problem::not_found("run"))
    }

    /// Every attempt of every run of a workflow: each has a log.
    pub(crate) async fn attempts_of(
        &self,
        tx: &mut Tx,
        workflow: &WorkflowId,
    ) -> Result<Vec<AttemptId>, Problem> {
        let (mut attempts, mut before) = (Vec::new(), None);
        loop {
            let runs = runs::list(&mut *tx, &self.account, workflow, before, ALL);
            let runs = runs.await.map_err(broken)?;
            let Some(last) = runs.last() else {
                return Ok(attempts);
            };
            before = Some(last.number);
            for run in &runs {
                let rows = steps::attempts(&mut *tx, &run.id).await.map_err(broken)?;
                attempts.extend(rows.into_iter().map(|row| row.id));
            }
        }
    }
}
