//! Connections and secrets that are not what the ledger tells of them, whatever their values are. The
//! mark is on what they belong to, so it stays when every value of it is overwritten.

use model::{AccountId, ConnectionId, SecretId, Timestamp, Unopenable, WorkflowId};
use sqlx::AssertSqlSafe;

use crate::ledger::{self, Entry};
use crate::row::{Row, column, each, parsed, time_or_null};
use crate::{Error, Source, Tx};

/// A connection or a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A connection, as its row describes it.
    Connection {
        /// Its id.
        id: ConnectionId,
        /// Its type.
        type_name: String,
        /// Its name.
        name: String,
    },
    /// A secret.
    Secret {
        /// Its id.
        id: SecretId,
        /// The workflow it belongs to.
        workflow: WorkflowId,
    },
}

impl Subject {
    /// The id of the row.
    pub fn id(&self) -> &str {
        match self {
            Self::Connection { id, .. } => id.as_str(),
            Self::Secret { id, .. } => id.as_str(),
        }
    }
}

/// Up to `limit` connections and secrets that are marked, with the account of each, in the order of
/// their ids: those behind the id `after`, which may be empty.
pub async fn marked(
    source: impl Source,
    after: &str,
    limit: u32,
) -> Result<Vec<(AccountId, Subject)>, Error> {
    let rows = sqlx::query(
        "select 'connection' as kind, id, account_id, type_name, name, '' as workflow_id from connections \
         where altered_at is not null and id > $1 \
         union all select 'secret' as kind, id, account_id, '' as type_name, name, workflow_id from secrets \
         where altered_at is not null and id > $1 order by id limit $2",
    )
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(source.executor())
    .await?;
    each(&rows, |row| {
        let kind: String = column(row, "kind")?;
        let subject = if kind == "secret" {
            Subject::Secret {
                id: parsed(row, "id")?,
                workflow: parsed(row, "workflow_id")?,
            }
        } else {
            Subject::Connection {
                id: parsed(row, "id")?,
                type_name: column(row, "type_name")?,
                name: column(row, "name")?,
            }
        };
        Ok((parsed(row, "account_id")?, subject))
    })
}

/// Marks a connection or a secret, or takes the mark back; answers whether that is new.
pub async fn mark(
    tx: &mut Tx,
    subject: &Subject,
    altered_at: Option<Timestamp>,
    entry: &Entry,
) -> Result<bool, Error> {
    let table = match subject {
        Subject::Connection { .. } => "connections",
        Subject::Secret { .. } => "secrets",
    };
    let known = match altered_at {
        Some(_) => "altered_at is null",
        None => "altered_at is not null",
    };
    let statement = format!("update {table} set altered_at = $1 where id = $2 and {known}");
    let done = sqlx::query(AssertSqlSafe(statement))
        .bind(altered_at.map(|at| at.0))
        .bind(subject.id())
        .execute(tx.connection())
        .await?;
    ledger::append_changed(tx, done.rows_affected(), entry).await
}

/// Why a row's connection or secret can't be opened, of which a value does not open or all do.
pub(crate) fn unopenable(row: &Row, value: bool) -> Result<Option<Unopenable>, Error> {
    Ok(match time_or_null(row, "altered_at")? {
        Some(_) => Some(Unopenable::Altered),
        None => value.then_some(Unopenable::Value),
    })
}
