//! A boundary between steps: everything that follows from what has happened, in one transaction.

use std::collections::HashMap;

use model::{AttemptId, AttemptState, EngineId, RunId, StepState, Timestamp};
use store::runs::RunRow;
use store::steps::{self, Claim};
use store::{Tx, runs};

use super::advance::{Advanced, Opened, advance};
use super::work::{Ended, Work};
use crate::core::Core;
use crate::outcome::Outcome;

/// How often a step is interrupted before it is given up.
const MAX_INTERRUPTIONS: u64 = 3;

/// What the message of a step says until then.
const BEGINS_AGAIN: &str = "Relay was interrupted. The step begins again.";

/// What is true since the commit.
#[derive(Default)]
pub(super) struct Crossed {
    /// What came of each run that was looked at.
    pub(super) runs: Vec<(RunRow, Advanced)>,
    /// Runs of which an outcome was written down.
    pub(super) ended: Vec<RunId>,
    /// Steps that are to be started now.
    pub(super) claims: Vec<Claim>,
}

/// Writes outcomes, moves the runs on and claims what can start, all or nothing.
pub(super) async fn cross(
    core: &Core,
    engine: &EngineId,
    work: &Work,
    opened: &HashMap<RunId, Opened>,
    fresh: &[AttemptId],
) -> Result<Crossed, store::Error> {
    let at = core.now();
    let mut crossed = Crossed::default();
    let mut tx = core.store.begin_transition().await?;
    for id in work.runs() {
        let Some(run) = runs::lock(&mut tx, id).await? else {
            continue;
        };
        for ended in work.ended.iter().filter(|ended| ended.run == *id) {
            if write_outcome(&mut tx, ended, at).await? {
                crossed.ended.push(id.clone());
            }
        }
        let advanced = advance(core, &mut tx, &run, opened.get(id), at).await?;
        crossed.runs.push((run, advanced));
    }
    if work.claim || !crossed.runs.is_empty() {
        crossed.claims = steps::claim(&mut tx, engine, fresh, at).await?;
    }
    tx.commit().await?;
    Ok(crossed)
}

/// Writes down how an attempt ended; `false` when that was done before, perhaps by another engine.
async fn write_outcome(tx: &mut Tx, ended: &Ended, at: Timestamp) -> Result<bool, store::Error> {
    let id = &ended.attempt;
    match &ended.outcome {
        Outcome::Final {
            attempt,
            step,
            exit_code,
            message,
        } => steps::finish_attempt(tx, id, *attempt, *step, *exit_code, message, at).await,
        Outcome::Interrupted { on_purpose: true } => {
            steps::put_back_attempt(tx, id, BEGINS_AGAIN, at).await
        }
        Outcome::Interrupted { on_purpose: false } => {
            let before = interruptions(tx, ended).await?;
            let (step, message) = if before + 1 < MAX_INTERRUPTIONS {
                (StepState::Queued, BEGINS_AGAIN)
            } else {
                (
                    StepState::Interrupted,
                    "Relay was interrupted during this step several times, so it is not tried \
                     again.",
                )
            };
            steps::finish_attempt(tx, id, AttemptState::Interrupted, step, None, message, at).await
        }
    }
}

/// How often the step was interrupted before.
async fn interruptions(tx: &mut Tx, ended: &Ended) -> Result<u64, store::Error> {
    let running = steps::running_of_run(&mut *tx, &ended.run).await?;
    let Some(attempt) = running.iter().find(|one| one.id == ended.attempt) else {
        return Ok(0);
    };
    let rows = steps::of_run(&mut *tx, &ended.run).await?;
    let step = rows.iter().find(|row| row.position == attempt.position);
    Ok(step.map_or(0, |step| step.interruptions))
}
