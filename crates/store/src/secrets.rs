//! Secrets: one string each, belonging to one workflow.

use model::{SecretId, SecretName, Timestamp, Unopenable, WorkflowId};

use crate::altered::unopenable;
use crate::ledger::{self, Entry};
use crate::row::{Row, bigint, column, counted, kept, parsed, storable, time, time_or_null};
use crate::{Error, SealedBytes, Source, Tx, used_ids};

/// A secret without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRow {
    /// The id.
    pub id: SecretId,
    /// The name, unique within the workflow.
    pub name: SecretName,
    /// Its revision, from 1.
    pub revision: u64,
    /// When it was added or overwritten last.
    pub changed_at: Timestamp,
    /// Name of who did that; `None` for the command line.
    pub changed_by: Option<String>,
    /// Why it did not open when that was tried.
    pub unopenable: Option<Unopenable>,
}

/// A secret to add.
#[derive(Debug)]
pub struct NewSecret<'a> {
    /// An id that was never used.
    pub id: &'a SecretId,
    /// The workflow it belongs to.
    pub workflow_id: &'a WorkflowId,
    /// The name.
    pub name: &'a SecretName,
    /// The field revision the value is sealed for.
    pub field_revision: u64,
    /// The value.
    pub sealed: &'a SealedBytes,
}

fn read(row: &Row) -> Result<SecretRow, Error> {
    Ok(SecretRow {
        id: parsed(row, "id")?,
        name: parsed(row, "name")?,
        revision: counted(row, "revision")?,
        changed_at: time(row, "changed_at")?,
        changed_by: column(row, "changed_by")?,
        unopenable: unopenable(row, time_or_null(row, "unopenable_at")?.is_some())?,
    })
}

/// All secrets of a workflow, in no order.
pub async fn list(source: impl Source, workflow: &WorkflowId) -> Result<Vec<SecretRow>, Error> {
    let rows = sqlx::query(
        "select s.id, s.name, s.revision, s.changed_at, u.name as changed_by, s.altered_at, v.unopenable_at \
         from secrets s left join secret_values v on v.secret_id = s.id left join users u on u.id = s.changed_by where s.workflow_id = $1",
    )
    .bind(workflow.as_str())
    .fetch_all(source.executor())
    .await?;
    crate::row::each(&rows, read)
}

/// The names of all secrets of an account, with the workflow each belongs to.
pub async fn of_account(
    source: impl Source,
    account: &model::AccountId,
) -> Result<Vec<(WorkflowId, SecretId, SecretName)>, Error> {
    let rows = sqlx::query("select workflow_id, id, name from secrets where account_id = $1")
        .bind(account.as_str())
        .fetch_all(source.executor())
        .await?;
    crate::row::each(&rows, |row| {
        Ok((
            parsed(row, "workflow_id")?,
            parsed(row, "id")?,
            parsed(row, "name")?,
        ))
    })
}

/// The secret of that id in that workflow.
pub async fn find(
    source: impl Source,
    workflow: &WorkflowId,
    id: &SecretId,
) -> Result<Option<SecretRow>, Error> {
    sqlx::query(
        "select s.id, s.name, s.revision, s.changed_at, u.name as changed_by, s.altered_at, v.unopenable_at \
         from secrets s left join secret_values v on v.secret_id = s.id left join users u on u.id = s.changed_by where s.workflow_id = $1 and s.id = $2",
    )
    .bind(workflow.as_str())
    .bind(id.as_str())
    .fetch_optional(source.executor())
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// The sealed value and its field revision. It can only be opened where the private key is.
pub async fn sealed(
    source: impl Source,
    id: &SecretId,
) -> Result<Option<(u64, SealedBytes)>, Error> {
    sqlx::query(
        "select field_revision, key_id, sealed_data_key, nonce, ciphertext from secret_values \
         where secret_id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(source.executor())
    .await?
    .map(|row| Ok((counted(&row, "field_revision")?, SealedBytes::read(&row)?)))
    .transpose()
}

/// The secret of that name in that workflow, with its field revision and its sealed value. The value
/// can only be opened where the private key is.
pub async fn sealed_by_name(
    source: impl Source,
    workflow: &WorkflowId,
    name: &str,
) -> Result<Option<(SecretRow, u64, SealedBytes)>, Error> {
    sqlx::query(
        "select s.id, s.name, s.revision, s.changed_at, u.name as changed_by, s.altered_at, v.unopenable_at, \
         v.field_revision, v.key_id, v.sealed_data_key, v.nonce, v.ciphertext from secrets s \
         join secret_values v on v.secret_id = s.id left join users u on u.id = s.changed_by \
         where s.workflow_id = $1 and s.name = $2",
    )
    .bind(workflow.as_str())
    .bind(kept(name))
    .fetch_optional(source.executor())
    .await?
    .map(|row| {
        Ok((
            read(&row)?,
            counted(&row, "field_revision")?,
            SealedBytes::read(&row)?,
        ))
    })
    .transpose()
}

/// The highest field revision ever given to this name in this workflow; 0 when none was. It counts
/// on after the secret was deleted.
pub async fn last_field_revision(
    source: impl Source,
    workflow: &WorkflowId,
    name: &SecretName,
) -> Result<u64, Error> {
    let row = sqlx::query(
        "select field_revision from secret_revisions where workflow_id = $1 and name = $2",
    )
    .bind(workflow.as_str())
    .bind(name.as_str())
    .fetch_optional(source.executor())
    .await?;
    row.map_or(Ok(0), |row| counted(&row, "field_revision"))
}

/// Adds a secret at revision 1; an id or a name that is taken is [`Error::Unique`].
pub async fn add(tx: &mut Tx, new: &NewSecret<'_>, entry: &Entry) -> Result<(), Error> {
    tx.touches_values();
    used_ids::take(tx, new.id.as_str(), entry).await?;
    sqlx::query(
        "insert into secrets \
         (id, account_id, workflow_id, name, revision, created_at, changed_at, changed_by) \
         values ($1, $2, $3, $4, 1, $5, $5, $6)",
    )
    .bind(new.id.as_str())
    .bind(entry.account.as_str())
    .bind(new.workflow_id.as_str())
    .bind(new.name.as_str())
    .bind(entry.at.0)
    .bind(entry.by())
    .execute(tx.connection())
    .await?;
    put_value(tx, new, entry).await?;
    ledger::append(tx, entry).await
}

/// Replaces the value of the secret `new` names; answers the new revision, or `None` when
/// `revision` is not the newest or the secret does not exist.
pub async fn overwrite(
    tx: &mut Tx,
    new: &NewSecret<'_>,
    revision: u64,
    entry: &Entry,
) -> Result<Option<u64>, Error> {
    let Some(revision) = storable(revision) else {
        return Ok(None);
    };
    let row = sqlx::query(
        "update secrets set revision = revision + 1, changed_at = $1, changed_by = $2 \
         where account_id = $3 and workflow_id = $4 and id = $5 and name = $6 and revision = $7 \
         returning revision",
    )
    .bind(entry.at.0)
    .bind(entry.by())
    .bind(entry.account.as_str())
    .bind(new.workflow_id.as_str())
    .bind(new.id.as_str())
    .bind(new.name.as_str())
    .bind(revision)
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    tx.touches_values();
    sqlx::query("delete from secret_values where secret_id = $1")
        .bind(new.id.as_str())
        .execute(tx.connection())
        .await?;
    put_value(tx, new, entry).await?;
    ledger::append(tx, entry).await?;
    counted(&row, "revision").map(Some)
}

/// Deletes a secret with its value; `false` when it does not exist.
pub async fn delete(
    tx: &mut Tx,
    workflow: &WorkflowId,
    id: &SecretId,
    entry: &Entry,
) -> Result<bool, Error> {
    let deleted =
        sqlx::query("delete from secrets where account_id = $1 and workflow_id = $2 and id = $3")
            .bind(entry.account.as_str())
            .bind(workflow.as_str())
            .bind(id.as_str())
            .execute(tx.connection())
            .await?
            .rows_affected();
    if deleted > 0 {
        tx.touches_values();
    }
    ledger::append_changed(tx, deleted, entry).await
}

async fn put_value(tx: &mut Tx, new: &NewSecret<'_>, entry: &Entry) -> Result<(), Error> {
    let field_revision = bigint(new.field_revision)?;
    sqlx::query(
        "insert into secret_values \
         (secret_id, field_revision, account_id, key_id, sealed_data_key, nonce, ciphertext) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new.id.as_str())
    .bind(field_revision)
    .bind(entry.account.as_str())
    .bind(&*new.sealed.key_id)
    .bind(&*new.sealed.sealed_data_key)
    .bind(&*new.sealed.nonce)
    .bind(&*new.sealed.ciphertext)
    .execute(tx.connection())
    .await?;
    sqlx::query(
        "insert into secret_revisions (workflow_id, name, account_id, field_revision) \
         values ($1, $2, $3, $4) \
         on conflict (workflow_id, name) do update set field_revision = excluded.field_revision",
    )
    .bind(new.workflow_id.as_str())
    .bind(new.name.as_str())
    .bind(entry.account.as_str())
    .bind(field_revision)
    .execute(tx.connection())
    .await?;
    Ok(())
}
