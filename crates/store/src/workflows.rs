//! Workflows: a name, a description, and the number of the newest revision.

use model::{AccountId, Timestamp, WorkflowId, WorkflowName};

use crate::ledger::{self, Entry};
use crate::row::{Row, column, counted, parsed, time};
use crate::{Error, Source, Tx};

/// A workflow without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRow {
    /// The id; it stays when the name changes.
    pub id: WorkflowId,
    /// The name.
    pub name: WorkflowName,
    /// What it is for.
    pub description: String,
    /// Number of the newest revision; 0 before the first save.
    pub revision: u64,
    /// Whether that revision can be read as a workflow.
    pub readable: bool,
    /// When the name, the description or the text changed last.
    pub changed_at: Timestamp,
    /// Name of who changed it; `None` for the command line.
    pub changed_by: Option<String>,
}

/// A workflow to add.
#[derive(Debug)]
pub struct NewWorkflow<'a> {
    /// A fresh id.
    pub id: &'a WorkflowId,
    /// The name, unique in the account.
    pub name: &'a WorkflowName,
    /// What it is for.
    pub description: &'a str,
}

fn read(row: &Row) -> Result<WorkflowRow, Error> {
    Ok(WorkflowRow {
        id: parsed(row, "id")?,
        name: parsed(row, "name")?,
        description: column(row, "description")?,
        revision: counted(row, "revision")?,
        readable: counted(row, "readable")? == 1,
        changed_at: time(row, "changed_at")?,
        changed_by: column(row, "changed_by")?,
    })
}

/// All workflows of an account, in no order.
pub async fn list(source: impl Source, account: &AccountId) -> Result<Vec<WorkflowRow>, Error> {
    let rows = sqlx::query(
        "select w.id, w.name, w.description, w.revision, w.readable, w.changed_at, \
         u.name as changed_by from workflows w left join users u on u.id = w.changed_by \
         where w.account_id = $1",
    )
    .bind(account.as_str())
    .fetch_all(source.executor())
    .await?;
    crate::row::each(&rows, read)
}

/// The workflow of that name.
pub async fn by_name(
    source: impl Source,
    account: &AccountId,
    name: &WorkflowName,
) -> Result<Option<WorkflowRow>, Error> {
    sqlx::query(
        "select w.id, w.name, w.description, w.revision, w.readable, w.changed_at, \
         u.name as changed_by from workflows w left join users u on u.id = w.changed_by \
         where w.account_id = $1 and w.name = $2",
    )
    .bind(account.as_str())
    .bind(name.as_str())
    .fetch_optional(source.executor())
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// Adds a workflow without a revision; a name that is taken is [`Error::Unique`].
pub async fn add(tx: &mut Tx, new: &NewWorkflow<'_>, entry: &Entry) -> Result<(), Error> {
    sqlx::query(
        "insert into workflows \
         (id, account_id, name, description, revision, readable, created_at, changed_at, changed_by) \
         values ($1, $2, $3, $4, 0, 1, $5, $5, $6)",
    )
    .bind(new.id.as_str())
    .bind(entry.account.as_str())
    .bind(new.name.as_str())
    .bind(new.description)
    .bind(entry.at.0)
    .bind(entry.by())
    .execute(tx.connection())
    .await?;
    ledger::append(tx, entry).await
}

/// Changes name and description; a name that is taken is [`Error::Unique`], a workflow that does
/// not exist `false`.
pub async fn rename(
    tx: &mut Tx,
    id: &WorkflowId,
    name: &WorkflowName,
    description: &str,
    entry: &Entry,
) -> Result<bool, Error> {
    let changed = sqlx::query(
        "update workflows set name = $1, description = $2, changed_at = $3, changed_by = $4 \
         where account_id = $5 and id = $6",
    )
    .bind(name.as_str())
    .bind(description)
    .bind(entry.at.0)
    .bind(entry.by())
    .bind(entry.account.as_str())
    .bind(id.as_str())
    .execute(tx.connection())
    .await?
    .rows_affected();
    ledger::append_changed(tx, changed, entry).await
}

/// Deletes a workflow with its revisions, secrets and their values; `false` when it does not exist.
pub async fn delete(tx: &mut Tx, id: &WorkflowId, entry: &Entry) -> Result<bool, Error> {
    let deleted = sqlx::query("delete from workflows where account_id = $1 and id = $2")
        .bind(entry.account.as_str())
        .bind(id.as_str())
        .execute(tx.connection())
        .await?
        .rows_affected();
    ledger::append_changed(tx, deleted, entry).await
}
