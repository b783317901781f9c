//! Outputs: what steps have set for the steps after them. The last one to set a name wins.

use model::{AttemptId, RunId, Timestamp};

use crate::pools::Kind;
use crate::row::{column, counted, each, kept, time};
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

/// Bytes of all outputs of a run, names and values.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// How many outputs a step has at most.
pub const MAX_OF_STEP: usize = 1_000;

/// What came of setting an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum SetOutput {
    /// It is set.
    Done,
    /// It is not: the run or the step would have more than [`MAX_BYTES`] or [`MAX_OF_STEP`] allow.
    Full,
    /// It is not: the attempt is over.
    AttemptOver,
}

/// Sets an output of the step that an attempt is at. What earlier attempts at the step have set
/// makes room: all of them were interrupted, so it does not count any more.
pub async fn set(
    tx: &mut Tx,
    attempt: &AttemptId,
    name: &str,
    value_json: &str,
    at: Timestamp,
) -> Result<SetOutput, Error> {
    let name = kept(name);
    let step =
        sqlx::query("select run_id, position from attempts where id = $1 and state = 'running'")
            .bind(attempt.as_str())
            .fetch_optional(tx.connection())
            .await?;
    let Some(step) = step else {
        return Ok(SetOutput::AttemptOver);
    };
    let (run, position): (String, i64) = (column(&step, "run_id")?, column(&step, "position")?);
    if tx.kind() == Kind::Postgres {
        one_at_a_time(tx, &run).await?;
    }
    sqlx::query("delete from outputs where run_id = $1 and position = $2 and attempt_id <> $3")
        .bind(&run)
        .bind(position)
        .bind(attempt.as_str())
        .execute(tx.connection())
        .await?;
    // Without the one that this replaces.
    let others = sqlx::query(
        "select cast(coalesce(sum(octet_length(name) + octet_length(value)), 0) as bigint) \
         as bytes, cast(coalesce(sum(case when position = $2 then 1 else 0 end), 0) as bigint) \
         as of_step from outputs where run_id = $1 and not (position = $2 and name = $3)",
    )
    .bind(&run)
    .bind(position)
    .bind(&name)
    .fetch_one(tx.connection())
    .await?;
    let bytes = counted(&others, "bytes")?.saturating_add((name.len() + value_json.len()) as u64);
    if bytes > MAX_BYTES as u64 || counted(&others, "of_step")? >= MAX_OF_STEP as u64 {
        return Ok(SetOutput::Full);
    }
    let set = sqlx::query(
        "insert into outputs (run_id, position, name, account_id, attempt_id, value, set_at) \
         select run_id, position, $1, account_id, id, $2, $3 from attempts \
         where id = $4 and state = 'running' \
         on conflict (run_id, position, name) do update set \
         attempt_id = excluded.attempt_id, value = excluded.value, set_at = excluded.set_at",
    )
    .bind(name)
    .bind(value_json)
    .bind(at.0)
    .bind(attempt.as_str())
    .execute(tx.connection())
    .await?
    .rows_affected();
    Ok(if set > 0 {
        SetOutput::Done
    } else {
        SetOutput::AttemptOver
    })
}

/// Keeps others from setting outputs of this run until the end of the transaction, or together they
/// could set more than there is room for. Not with the lock of the run: a boundary needs that one.
async fn one_at_a_time(tx: &mut Tx, run: &str) -> Result<(), Error> {
    let part = run.get(..8).unwrap_or_default();
    let key = u32::from_str_radix(part, 16).map_or(0, u32::cast_signed);
    sqlx::query("select pg_advisory_xact_lock($1, $2)::text")
        .bind(OUTPUTS)
        .bind(key)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// What that lock is about. PostgreSQL keeps locks of two numbers apart from those of one.
const OUTPUTS: i32 = 1;

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
