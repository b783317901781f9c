//! One run with its steps, attempts, outputs and uses.

use std::collections::{BTreeMap, HashMap};

use language::StepKind;
use model::{AttemptId, AttemptState, Problem, RunId, RunState, StepState, Timestamp};
use serde_json::value::RawValue;
use store::runs::RunRow;
use store::steps::{self, AttemptRow};
use store::{outputs, uses};

use super::parameters::shown;
use super::texts::Text;
use crate::Service;
use crate::permission::Viewer;
use crate::service::{broken, who};

/// A run as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunView {
    /// The id.
    pub id: RunId,
    /// Its number, from 1 in each workflow.
    pub number: u64,
    /// How it stands.
    pub state: RunState,
    /// The revision that it runs.
    pub revision: u64,
    /// The text of that revision.
    pub text: String,
    /// What it was given: name and value, a text as it is, anything else as JSON.
    pub parameters: Vec<(String, String)>,
    /// Who started it.
    pub started_by: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its first step began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When somebody asked to stop it, and who.
    pub stop_requested: Option<(Timestamp, String)>,
    /// Its steps, in the order of the text.
    pub steps: Vec<StepView>,
    /// What steps have put out so far: step, name and value, a text as it is, anything else as JSON.
    /// A long value is cut, and ends with “…”.
    pub outputs: Vec<(String, String, String)>,
    /// The connections and secrets that steps were given, once for each revision and attempt.
    pub uses: Vec<UseView>,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    /// Its place in the text, from 0.
    pub position: u64,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: StepKind,
    /// What it says about itself, shown with approvals.
    pub description: Option<String>,
    /// How it stands.
    pub state: StepState,
    /// Why it stands so; mostly empty.
    pub message: String,
    /// What the newest attempt ended with, if it ended by itself.
    pub exit_code: Option<i64>,
    /// The steps it waits for, sorted.
    pub needs: Vec<String>,
    /// The attempts at it, oldest first.
    pub attempts: Vec<AttemptView>,
    /// Who decided it, if it is an approval and somebody did.
    pub decided_by: Option<String>,
    /// When it could have begun.
    pub queued_at: Option<Timestamp>,
    /// When its first attempt began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// One attempt at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptView {
    /// The id.
    pub id: AttemptId,
    /// Its number, from 1 in each step.
    pub number: u64,
    /// How it stands.
    pub state: AttemptState,
    /// What it ended with, if it ended by itself.
    pub exit_code: Option<i64>,
    /// Why it ended; mostly empty.
    pub message: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// A value that a step was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseView {
    /// The step.
    pub step: String,
    /// `connection` or `secret`.
    pub kind: String,
    /// The id of the connection or secret, as long as there is one.
    pub id: Option<String>,
    /// The connection's type; empty for a secret.
    pub type_name: String,
    /// The name.
    pub name: String,
    /// Its revision.
    pub revision: u64,
    /// When it was given.
    pub at: Timestamp,
    /// Whether that is still its newest revision.
    pub current: bool,
}

impl Service {
    /// One run; `None` when there is no such workflow or no such run of it.
    pub async fn run(
        &self,
        _: &Viewer,
        workflow: &str,
        number: u64,
    ) -> Result<Option<RunView>, Problem> {
        let Some(run) = self.find_run(workflow, number).await? else {
            return Ok(None);
        };
        let text = self.text_of(&run).await?;
        let outputs = outputs::of_run(&self.store, &run.id);
        let outputs = outputs.await.map_err(broken)?;
        Ok(Some(RunView {
            number: run.number,
            state: run.state,
            revision: run.revision,
            parameters: given(&run.parameters, &text.parameters),
            started_by: who(run.started_by.clone()),
            created_at: run.created_at,
            started_at: run.started_at,
            finished_at: run.finished_at,
            stop_requested: run.stop_requested.clone().map(|(at, by)| (at, who(by))),
            steps: self.steps(&run, &text).await?,
            outputs: outputs
                .into_iter()
                .map(|row| (row.step, row.name, cut(shown(&row.value))))
                .collect(),
            uses: self.uses(&run).await?,
            text: text.whole.clone(),
            id: run.id,
        }))
    }

    async fn steps(&self, run: &RunRow, text: &Text) -> Result<Vec<StepView>, Problem> {
        let rows = steps::of_run(&self.store, &run.id).await.map_err(broken)?;
        let attempts = steps::attempts(&self.store, &run.id);
        let attempts = attempts.await.map_err(broken)?;
        let mut views = Vec::new();
        for row in rows {
            let written = text.step(&row.name);
            let of_step = attempts.iter().filter(|one| one.position == row.position);
            let attempts: Vec<_> = of_step.map(attempt).collect();
            views.push(StepView {
                position: row.position,
                kind: if row.kind == StepKind::Approval.as_str() {
                    StepKind::Approval
                } else {
                    StepKind::Container
                },
                description: written.and_then(|step| step.description.clone()),
                needs: written.map(|step| step.needs.clone()).unwrap_or_default(),
                name: row.name,
                state: row.state,
                message: row.message,
                exit_code: row.exit_code,
                attempts,
                decided_by: row.decided_by,
                queued_at: row.queued_at,
                started_at: row.started_at,
                finished_at: row.finished_at,
            });
        }
        Ok(views)
    }

    async fn uses(&self, run: &RunRow) -> Result<Vec<UseView>, Problem> {
        let rows = uses::of_run(&self.store, &run.id).await.map_err(broken)?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let connections = store::connections::list(&self.store, &self.account);
        let connections = connections.await.map_err(broken)?;
        let secrets = store::secrets::list(&self.store, &run.workflow_id);
        let secrets = secrets.await.map_err(broken)?;
        let connections = connections
            .iter()
            .map(|one| (one.id.as_str(), one.revision));
        let secrets = secrets.iter().map(|one| (one.id.as_str(), one.revision));
        let newest: HashMap<_, _> = connections.chain(secrets).collect();
        let view = |row: uses::UseRow| UseView {
            current: newest.get(row.subject.as_str()) == Some(&row.revision),
            id: newest
                .contains_key(row.subject.as_str())
                .then_some(row.subject),
            step: row.step,
            kind: row.kind,
            type_name: row.type_name,
            name: row.name,
            revision: row.revision,
            at: row.at,
        };
        Ok(rows.into_iter().map(view).collect())
    }
}

fn attempt(row: &AttemptRow) -> AttemptView {
    AttemptView {
        id: row.id.clone(),
        number: row.number,
        state: row.state,
        exit_code: row.exit_code,
        message: row.message.clone(),
        started_at: row.started_at,
        finished_at: row.finished_at,
    }
}

/// Characters of an output that are shown.
const SHOWN: usize = 4_096;

/// No more of an output than a page shows of it.
fn cut(mut value: String) -> String {
    if let Some((end, _)) = value.char_indices().nth(SHOWN) {
        value.truncate(end);
        value.push('…');
    }
    value
}

/// The parameters of a JSON object as people read them, in the order of the text.
fn given(parameters: &str, order: &[String]) -> Vec<(String, String)> {
    let values: BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(parameters).unwrap_or_default();
    let mut given: Vec<_> = values
        .into_iter()
        .map(|(name, value)| (name, shown(value.get())))
        .collect();
    given.sort_by_key(|(name, _)| {
        order
            .iter()
            .position(|one| one == name)
            .unwrap_or(usize::MAX)
    });
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_output_is_cut_between_characters() {
        let whole = "é".repeat(SHOWN);
        assert_eq!(cut(whole.clone()), whole);
        assert_eq!(cut(format!("{whole}é")), format!("{whole}…"));
        assert_eq!(cut(String::new()), "");
    }
}
