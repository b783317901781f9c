//! Attempts: each time a step was started, by which engine, and how it ended.

use std::collections::HashSet;

use model::{AttemptId, AttemptState, EngineId, RunId, StepState, Timestamp};

use sqlx::AssertSqlSafe;

use crate::row::{Row, column, counted, each, kept, parsed, places, time, time_or_null};
use crate::{Error, Source, Tx};

/// An attempt at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRow {
    /// Its id.
    pub id: AttemptId,
    /// The run.
    pub run: RunId,
    /// The step's place in the text, from 0.
    pub position: u64,
    /// Its number, from 1 in each step.
    pub number: u64,
    /// How far it is, or how it ended.
    pub state: AttemptState,
    /// The exit code, if there was one.
    pub exit_code: Option<i64>,
    /// Why it ended so, for a person; may be empty.
    pub message: String,
    /// Which engine made it.
    pub engine_id: EngineId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, run_id, position, number, state, exit_code, message, engine_id, \
             started_at, finished_at from attempts where ",
            $rest
        )
    };
}

fn read(row: &Row) -> Result<AttemptRow, Error> {
    Ok(AttemptRow {
        id: parsed(row, "id")?,
        run: parsed(row, "run_id")?,
        position: counted(row, "position")?,
        number: counted(row, "number")?,
        state: parsed(row, "state")?,
        exit_code: column(row, "exit_code")?,
        message: column(row, "message")?,
        engine_id: parsed(row, "engine_id")?,
        started_at: time(row, "started_at")?,
        finished_at: time_or_null(row, "finished_at")?,
    })
}

/// All attempts at the steps of a run, in the order of the steps and of the attempts.
pub async fn attempts(source: impl Source, run: &RunId) -> Result<Vec<AttemptRow>, Error> {
    let rows = sqlx::query(select!("run_id = $1 order by position, number"))
        .bind(run.as_str())
        .fetch_all(source.executor())
        .await?;
    each(&rows, read)
}

/// Those of these attempts that there are.
pub(crate) async fn existing(
    source: impl Source,
    some: &[AttemptId],
) -> Result<HashSet<AttemptId>, Error> {
    let sql = format!(
        "select id from attempts where id in {}",
        places(1, some.len())
    );
    let mut select = sqlx::query(AssertSqlSafe(sql));
    for attempt in some {
        select = select.bind(attempt.as_str());
    }
    let rows = select.fetch_all(source.executor()).await?;
    rows.iter().map(|row| parsed(row, "id")).collect()
}

/// The attempts of an engine that are under way, or were when it ended.
pub async fn running_of(source: impl Source, engine: &EngineId) -> Result<Vec<AttemptRow>, Error> {
    let rows = sqlx::query(select!(
        "engine_id = $1 and state = 'running' order by run_id, position"
    ))
    .bind(engine.as_str())
    .fetch_all(source.executor())
    .await?;
    each(&rows, read)
}

/// The attempts at the steps of a run that are under way.
pub async fn running_of_run(source: impl Source, run: &RunId) -> Result<Vec<AttemptRow>, Error> {
    let rows = sqlx::query(select!(
        "run_id = $1 and state = 'running' order by position"
    ))
    .bind(run.as_str())
    .fetch_all(source.executor())
    .await?;
    each(&rows, read)
}

/// Ends an attempt and moves its step on; `false`, and nothing changes, when it has ended before.
///
/// `step` is what becomes of the step; [`StepState::Queued`] lets it begin again. An attempt that
/// was interrupted counts as an interruption of its step.
pub async fn finish_attempt(
    tx: &mut Tx,
    id: &AttemptId,
    attempt: AttemptState,
    step: StepState,
    exit_code: Option<i32>,
    message: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    let ending = Ending {
        attempt,
        step,
        exit_code,
        message,
        counts: attempt == AttemptState::Interrupted,
    };
    finish(tx, id, &ending, at).await
}

/// Ends an attempt that was interrupted on purpose, and lets its step begin again; `false`, and
/// nothing changes, when it has ended before. That is no interruption a step is given up for, so it
/// does not count as one.
pub async fn put_back_attempt(
    tx: &mut Tx,
    id: &AttemptId,
    message: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    let ending = Ending {
        attempt: AttemptState::Interrupted,
        step: StepState::Queued,
        exit_code: None,
        message,
        counts: false,
    };
    finish(tx, id, &ending, at).await
}

/// How an attempt ended, and what becomes of its step.
struct Ending<'a> {
    attempt: AttemptState,
    step: StepState,
    exit_code: Option<i32>,
    message: &'a str,
    /// Whether the step was interrupted once more.
    counts: bool,
}

async fn finish(
    tx: &mut Tx,
    id: &AttemptId,
    ending: &Ending<'_>,
    at: Timestamp,
) -> Result<bool, Error> {
    let message = kept(ending.message);
    let exit_code = ending.exit_code.map(i64::from);
    let row = sqlx::query(
        "update attempts set state = $1, exit_code = $2, message = $3, finished_at = $4 \
         where id = $5 and state = 'running' returning run_id, position",
    )
    .bind(ending.attempt.words())
    .bind(exit_code)
    .bind(&*message)
    .bind(at.0)
    .bind(id.as_str())
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = row else { return Ok(false) };
    let times = super::moments(ending.step, at);
    sqlx::query(
        "update steps set state = $1, exit_code = $2, message = $3, \
         interruptions = interruptions + $4, queued_at = coalesce($5, queued_at), \
         finished_at = $6 where run_id = $7 and position = $8 and state = 'running'",
    )
    .bind(ending.step.words())
    .bind(exit_code)
    .bind(message)
    .bind(i64::from(ending.counts))
    .bind(times.queued)
    .bind(times.finished)
    .bind(column::<String>(&row, "run_id")?)
    .bind(column::<i64>(&row, "position")?)
    .execute(tx.connection())
    .await?;
    Ok(true)
}
