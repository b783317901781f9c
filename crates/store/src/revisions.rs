//! Revisions: every saved text of a workflow, numbered from 1.

use model::{Timestamp, WorkflowId};

use crate::ledger::{self, Entry};
use crate::requirements::{self, Requirement};
use crate::row::{Row, bigint, column, counted, storable, time};
use crate::{Error, Source, Tx};

/// A revision without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    /// Its number, from 1.
    pub number: u64,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// Name of who saved it; `None` for the command line.
    pub saved_by: Option<String>,
    /// How it came about, such as “Restored from revision 3”; mostly empty.
    pub note: String,
}

/// A text to save.
#[derive(Debug)]
pub struct NewRevision<'a> {
    /// Of which workflow.
    pub workflow_id: &'a WorkflowId,
    /// The number of the revision it is based on; 0 for the first.
    pub base: u64,
    /// The text.
    pub text: &'a str,
    /// Whether it can be read as a workflow.
    pub readable: bool,
    /// How it came about; may be empty.
    pub note: &'a str,
    /// What it needs.
    pub requirements: &'a [Requirement],
}

fn read(row: &Row) -> Result<RevisionRow, Error> {
    Ok(RevisionRow {
        number: counted(row, "number")?,
        saved_at: time(row, "saved_at")?,
        saved_by: column(row, "saved_by")?,
        note: column(row, "note")?,
    })
}

/// All revisions of a workflow, newest first.
pub async fn list(source: impl Source, workflow: &WorkflowId) -> Result<Vec<RevisionRow>, Error> {
    let rows = sqlx::query(
        "select r.number, r.saved_at, u.name as saved_by, r.note \
         from revisions r left join users u on u.id = r.saved_by \
         where r.workflow_id = $1 order by r.number desc",
    )
    .bind(workflow.as_str())
    .fetch_all(source.executor())
    .await?;
    crate::row::each(&rows, read)
}

/// One revision with its text.
pub async fn find(
    source: impl Source,
    workflow: &WorkflowId,
    number: u64,
) -> Result<Option<(RevisionRow, String)>, Error> {
    let Some(number) = storable(number) else {
        return Ok(None);
    };
    sqlx::query(
        "select r.number, r.saved_at, u.name as saved_by, r.note, r.text \
         from revisions r left join users u on u.id = r.saved_by \
         where r.workflow_id = $1 and r.number = $2",
    )
    .bind(workflow.as_str())
    .bind(number)
    .fetch_optional(source.executor())
    .await?
    .map(|row| Ok((read(&row)?, column(&row, "text")?)))
    .transpose()
}

/// Saves a text as the next revision, with what it needs; answers its number, or `None` when `base`
/// is not the newest revision, or the workflow does not exist.
pub async fn add(tx: &mut Tx, new: &NewRevision<'_>, entry: &Entry) -> Result<Option<u64>, Error> {
    let Some(base) = storable(new.base) else {
        return Ok(None);
    };
    let row = sqlx::query(
        "update workflows set revision = revision + 1, readable = $1, changed_at = $2, \
         changed_by = $3 where account_id = $4 and id = $5 and revision = $6 returning revision",
    )
    .bind(i64::from(new.readable))
    .bind(entry.at.0)
    .bind(entry.by())
    .bind(entry.account.as_str())
    .bind(new.workflow_id.as_str())
    .bind(base)
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let number = counted(&row, "revision")?;
    sqlx::query(
        "insert into revisions (workflow_id, number, account_id, text, note, saved_at, saved_by) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new.workflow_id.as_str())
    .bind(bigint(number)?)
    .bind(entry.account.as_str())
    .bind(new.text)
    .bind(new.note)
    .bind(entry.at.0)
    .bind(entry.by())
    .execute(tx.connection())
    .await?;
    requirements::replace(tx, &entry.account, new.workflow_id, new.requirements).await?;
    ledger::append(tx, entry).await?;
    Ok(Some(number))
}
