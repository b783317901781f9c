//! Grants: which workflows may use a connection. A connection that is not limited may be used by all.
//!
//! Everything goes by ids: a workflow of the same name as one that was deleted has no grant.

use std::collections::{HashMap, HashSet};

use model::{AccountId, ConnectionId, WorkflowId, WorkflowName};

use crate::ledger::{self, Entry};
use crate::row::{column, parsed};
use crate::{Error, Source, Tx};

/// Who may use what, of a whole account.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Grants {
    /// The connections that are limited, and to which workflows.
    limited: HashMap<ConnectionId, HashSet<WorkflowId>>,
}

impl Grants {
    /// Whether the workflow may use the connection.
    pub fn permit(&self, connection: &ConnectionId, workflow: &WorkflowId) -> bool {
        let allowed = self.limited.get(connection);
        allowed.is_none_or(|allowed| allowed.contains(workflow))
    }

    /// How many workflows may use the connection; `None` when all may.
    pub fn limit(&self, connection: &ConnectionId) -> Option<usize> {
        self.limited.get(connection).map(HashSet::len)
    }
}

/// All grants of an account that restrict anything: those of the connections that are limited.
pub async fn of_account(source: impl Source, account: &AccountId) -> Result<Grants, Error> {
    let rows = sqlx::query(
        "select c.id, g.workflow_id from connections c left join grants g on g.connection_id = c.id \
         where c.account_id = $1 and c.limited = 1",
    )
    .bind(account.as_str())
    .fetch_all(source.executor())
    .await?;
    let mut grants = Grants::default();
    for row in &rows {
        let workflows = grants.limited.entry(parsed(row, "id")?).or_default();
        if column::<Option<String>>(row, "workflow_id")?.is_some() {
            workflows.insert(parsed(row, "workflow_id")?);
        }
    }
    Ok(grants)
}

/// Whether the workflow may use the connection; `false` also when there is no such connection.
pub async fn permit(
    source: impl Source,
    connection: &ConnectionId,
    workflow: &WorkflowId,
) -> Result<bool, Error> {
    let found: i64 = sqlx::query_scalar(
        "select count(*) from connections c where c.id = $1 and (c.limited = 0 or exists \
         (select 1 from grants g where g.connection_id = c.id and g.workflow_id = $2))",
    )
    .bind(connection.as_str())
    .bind(workflow.as_str())
    .fetch_one(source.executor())
    .await?;
    Ok(found > 0)
}

/// The workflows a connection is granted to, in no order, also while it is not limited.
pub async fn of_connection(
    source: impl Source,
    account: &AccountId,
    connection: &ConnectionId,
) -> Result<Vec<(WorkflowId, WorkflowName)>, Error> {
    let rows = sqlx::query(
        "select w.id, w.name from grants g join workflows w on w.id = g.workflow_id \
         where g.account_id = $1 and g.connection_id = $2",
    )
    .bind(account.as_str())
    .bind(connection.as_str())
    .fetch_all(source.executor())
    .await?;
    crate::row::each(&rows, |row| Ok((parsed(row, "id")?, parsed(row, "name")?)))
}

/// Whether the connection is limited; `None` when there is no such connection.
pub async fn is_limited(
    source: impl Source,
    account: &AccountId,
    connection: &ConnectionId,
) -> Result<Option<bool>, Error> {
    let row = sqlx::query("select limited from connections where account_id = $1 and id = $2")
        .bind(account.as_str())
        .bind(connection.as_str())
        .fetch_optional(source.executor())
        .await?;
    row.map(|row| Ok(column::<i64>(&row, "limited")? != 0))
        .transpose()
}

/// Says who may use a connection from now on: all workflows, or only these. The grants of a
/// connection that is not limited are kept for when it is limited again.
pub async fn set(
    tx: &mut Tx,
    connection: &ConnectionId,
    limited: bool,
    workflows: &[WorkflowId],
    entry: &Entry,
) -> Result<(), Error> {
    sqlx::query("update connections set limited = $1 where account_id = $2 and id = $3")
        .bind(i64::from(limited))
        .bind(entry.account.as_str())
        .bind(connection.as_str())
        .execute(tx.connection())
        .await?;
    sqlx::query("delete from grants where account_id = $1 and connection_id = $2")
        .bind(entry.account.as_str())
        .bind(connection.as_str())
        .execute(tx.connection())
        .await?;
    for workflow in workflows {
        insert(tx, connection, workflow, entry).await?;
    }
    // What was handed out before is looked at again.
    tx.touches_values();
    ledger::append(tx, entry).await
}

/// Lets one more workflow use a connection; `false` when it may already.
pub async fn add(
    tx: &mut Tx,
    connection: &ConnectionId,
    workflow: &WorkflowId,
    entry: &Entry,
) -> Result<bool, Error> {
    let added = insert(tx, connection, workflow, entry).await?;
    tx.touches_values();
    ledger::append_changed(tx, added, entry).await
}

async fn insert(
    tx: &mut Tx,
    connection: &ConnectionId,
    workflow: &WorkflowId,
    entry: &Entry,
) -> Result<u64, Error> {
    Ok(sqlx::query(
        "insert into grants (connection_id, workflow_id, account_id, granted_at, granted_by) \
         values ($1, $2, $3, $4, $5) on conflict (connection_id, workflow_id) do nothing",
    )
    .bind(connection.as_str())
    .bind(workflow.as_str())
    .bind(entry.account.as_str())
    .bind(entry.at.0)
    .bind(entry.by())
    .execute(tx.connection())
    .await?
    .rows_affected())
}
