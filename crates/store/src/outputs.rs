//! Outputs: what steps have set for the steps after them. The last one to set a name wins.

use model::{AttemptId, RunId, Timestamp};

use crate::row::{column, each, kept, time};
use crate::{Error, Source, Tx};

/// An output of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputRow {
    /// Name of the step.
    pub step: String,
    /// Name of the output.
    pub name: String,
    /// JSON.
    pub value: String,
    /// When it was set last.
    pub set_at: Timestamp,
}

/// Sets an output of the step that an attempt is at; `false` when that attempt is over.
pub async fn set(
    tx: &mut Tx,
    attempt: &AttemptId,
    name: &str,
    value_json: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    let set = sqlx::query(
        "insert into outputs (run_id, position, name, account_id, attempt_id, value, set_at) \
         select run_id, position, $1, account_id, id, $2, $3 from attempts \
         where id = $4 and state = 'running' \
         on conflict (run_id, position, name) do update set \
         attempt_id = excluded.attempt_id, value = excluded.value, set_at = excluded.set_at",
    )
    .bind(kept(name))
    .bind(value_json)
    .bind(at.0)
    .bind(attempt.as_str())
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(set > 0)
}

/// All outputs of a run, in the order of its steps and then by name. What an attempt has set that
/// was interrupted afterwards does not count: the step begins anew.
pub async fn of_run(source: impl Source, run: &RunId) -> Result<Vec<OutputRow>, Error> {
    let rows = sqlx::query(
        "select s.name as step, o.name, o.value, o.set_at from outputs o \
         join steps s on s.run_id = o.run_id and s.position = o.position \
         join attempts a on a.id = o.attempt_id \
         where o.run_id = $1 and a.state <> 'interrupted' order by o.position, o.name",
    )
    .bind(run.as_str())
    .fetch_all(source.executor())
    .await?;
    each(&rows, |row| {
        Ok(OutputRow {
            step: column(row, "step")?,
            name: column(row, "name")?,
            value: column(row, "value")?,
            set_at: time(row, "set_at")?,
        })
    })
}
