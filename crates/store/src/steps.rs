//! Steps of runs, and the attempts at them.
//!
//! A step is moved from one state to another only when it is in the first one, so that nothing
//! happens twice. Whoever moves it holds the lock of its run.

mod attempts;
mod claim;

use model::{RunId, StepState, Timestamp};
use sqlx::AssertSqlSafe;

use crate::row::{Row, column, counted, each, kept, parsed, storable, time_or_null};
use crate::{Error, Source, Tx};

pub(crate) use attempts::existing;
pub use attempts::{
    AttemptRow, attempts, finish_attempt, put_back_attempt, running_of, running_of_run,
};
pub use claim::{Claim, claim};

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// Its place in the text, from 0.
    pub position: u64,
    /// Its name.
    pub name: String,
    /// What kind of step it is: `container` or `approval`.
    pub kind: String,
    /// How far it is.
    pub state: StepState,
    /// Why it is in this state, for a person; may be empty.
    pub message: String,
    /// The exit code of the attempt that ended it.
    pub exit_code: Option<i64>,
    /// How many attempts there were.
    pub attempts: u64,
    /// How many of them were interrupted.
    pub interruptions: u64,
    /// When it could have started.
    pub queued_at: Option<Timestamp>,
    /// When its first attempt began, or an approval was asked for.
    pub started_at: Option<Timestamp>,
    /// When it reached a final state.
    pub finished_at: Option<Timestamp>,
    /// Name of who decided an approval.
    pub decided_by: Option<String>,
}

fn read(row: &Row) -> Result<StepRow, Error> {
    Ok(StepRow {
        position: counted(row, "position")?,
        name: column(row, "name")?,
        kind: column(row, "kind")?,
        state: parsed(row, "state")?,
        message: column(row, "message")?,
        exit_code: column(row, "exit_code")?,
        attempts: counted(row, "attempts")?,
        interruptions: counted(row, "interruptions")?,
        queued_at: time_or_null(row, "queued_at")?,
        started_at: time_or_null(row, "started_at")?,
        finished_at: time_or_null(row, "finished_at")?,
        decided_by: column(row, "decided_by")?,
    })
}

/// The steps of a run, in the order of the text.
pub async fn of_run(source: impl Source, run: &RunId) -> Result<Vec<StepRow>, Error> {
    let rows = sqlx::query(
        "select s.position, s.name, s.kind, s.state, s.message, s.exit_code, s.attempts, \
         s.interruptions, s.queued_at, s.started_at, s.finished_at, u.name as decided_by \
         from steps s left join users u on u.id = s.decided_by \
         where s.run_id = $1 order by s.position",
    )
    .bind(run.as_str())
    .fetch_all(source.executor())
    .await?;
    each(&rows, read)
}

/// Where a step of a run stands, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its place in the text, from 0.
    pub position: u64,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: StepState,
}

/// Where the steps of a run stand, in the order of the text. Asked at every step boundary, so it
/// reads no column that is not needed there.
pub async fn standings(source: impl Source, run: &RunId) -> Result<Vec<Standing>, Error> {
    let rows =
        sqlx::query("select position, name, state from steps where run_id = $1 order by position")
            .bind(run.as_str())
            .fetch_all(source.executor())
            .await?;
    each(&rows, |row| {
        Ok(Standing {
            position: counted(row, "position")?,
            name: column(row, "name")?,
            state: parsed(row, "state")?,
        })
    })
}

/// Moves a step from one state to another; `false` when it is not in the first one.
pub async fn set_state(
    tx: &mut Tx,
    run: &RunId,
    position: u64,
    from: StepState,
    to: StepState,
    message: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    Ok(set_states(tx, run, &[position], from, to, message, at).await? > 0)
}

/// How many steps are moved in one statement.
const STEPS_AT_ONCE: usize = 500;

/// Moves several steps from one state to the same other one; answers how many of them were in the
/// first.
pub async fn set_states(
    tx: &mut Tx,
    run: &RunId,
    positions: &[u64],
    from: StepState,
    to: StepState,
    message: &str,
    at: Timestamp,
) -> Result<u64, Error> {
    let times = moments(to, at);
    let mut changed = 0;
    for some in positions.chunks(STEPS_AT_ONCE) {
        let places: Vec<_> = (8..8 + some.len()).map(|at| format!("${at}")).collect();
        let sql = format!(
            "update steps set state = $1, message = $2, queued_at = coalesce($3, queued_at), \
             started_at = coalesce(started_at, $4), finished_at = $5 \
             where run_id = $6 and state = $7 and position in ({})",
            places.join(", ")
        );
        let mut update = sqlx::query(AssertSqlSafe(sql))
            .bind(to.words())
            .bind(kept(message))
            .bind(times.queued)
            .bind(times.started)
            .bind(times.finished)
            .bind(run.as_str())
            .bind(from.words());
        for position in some {
            update = update.bind(storable(*position));
        }
        changed += update.execute(tx.connection()).await?.rows_affected();
    }
    Ok(changed)
}

/// What entering a state writes down.
pub(crate) struct Moments {
    pub(crate) queued: Option<i64>,
    pub(crate) started: Option<i64>,
    pub(crate) finished: Option<i64>,
}

pub(crate) fn moments(state: StepState, at: Timestamp) -> Moments {
    let begun = matches!(state, StepState::Running | StepState::WaitingForApproval);
    Moments {
        queued: (state == StepState::Queued).then_some(at.0),
        started: begun.then_some(at.0),
        finished: state.is_final().then_some(at.0),
    }
}
