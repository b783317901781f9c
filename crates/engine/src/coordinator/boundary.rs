//! A boundary between steps: everything that follows from what has happened, in one transaction.

use std::borrow::Cow;
use std::collections::HashMap;

use model::{AttemptId, AttemptState, EngineId, RunId, StepState, Timestamp};
use store::runs::RunRow;
use store::steps::{self, Claim};
use store::{Tx, runs};

use super::advance::{Advanced, Opened, advance};
use super::work::{Ended, Work};
use crate::core::Core;
use crate::outcome::{Interruption, Outcome};

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
        Outcome::Interrupted(Interruption::OnPurpose) => {
            steps::put_back_attempt(tx, id, BEGINS_AGAIN, at).await
        }
        Outcome::Interrupted(why) => {
            let is_last = interruptions(tx, ended).await? + 1 >= MAX_INTERRUPTIONS;
            let step = if is_last {
                StepState::Interrupted
            } else {
                StepState::Queued
            };
            let message = message(why, is_last);
            steps::finish_attempt(tx, id, AttemptState::Interrupted, step, None, &message, at).await
        }
    }
}

/// What the message of a step says that was interrupted, and is given up if this is the last time.
fn message(why: &Interruption, is_last: bool) -> Cow<'static, str> {
    match (why, is_last) {
        (Interruption::NotStarted(why), false) => {
            format!("The step is tried again, because {why}.").into()
        }
        (Interruption::NotStarted(why), true) => {
            format!("Relay has tried several times and gives up; the last time {why}.").into()
        }
        (_, false) => BEGINS_AGAIN.into(),
        (_, true) => {
            "Relay was interrupted during this step several times, so it is not tried again.".into()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_is_given_up_says_what_was_lacking() {
        let lack = Interruption::NotStarted("the disk was full".to_owned());
        assert_eq!(
            message(&lack, false),
            "The step is tried again, because the disk was full."
        );
        assert_eq!(
            message(&lack, true),
            "Relay has tried several times and gives up; the last time the disk was full."
        );
        assert_eq!(message(&Interruption::CutOff, false), BEGINS_AGAIN);
        assert!(message(&Interruption::CutOff, true).contains("several times"));
    }
}
