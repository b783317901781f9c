//! Sealing data keys again, and marking values that do not open. The values themselves stay as they
//! are: only the layer that names a vault key changes.

use model::{AccountId, ConnectionId, SecretId, Timestamp, WorkflowId};
use sqlx::AssertSqlSafe;

use crate::ledger::{self, Entry};
use crate::row::{Row, column, counted, each, parsed, places};
use crate::{Error, SealedBytes, Source, Tx};

/// Whose value it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A field of a connection.
    Field {
        /// The connection.
        connection: ConnectionId,
        /// Its type.
        type_name: String,
        /// Its name.
        name: String,
        /// The field.
        field: String,
    },
    /// A secret.
    Secret {
        /// Its id.
        secret: SecretId,
        /// The workflow it belongs to.
        workflow: WorkflowId,
        /// Its name.
        name: String,
    },
}

/// A sealed value with all that tells its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    /// Whose it is.
    pub owner: Owner,
    /// The account.
    pub account: AccountId,
    /// Its field revision.
    pub field_revision: u64,
    /// The value.
    pub sealed: SealedBytes,
}

/// A data key that was sealed again.
#[derive(Debug)]
pub struct Resealed {
    /// Whose value it is of.
    pub owner: Owner,
    /// The data key as it was sealed; if it is another one now, nothing is changed.
    pub before: Vec<u8>,
    /// The same data key, sealed to the new key.
    pub after: Vec<u8>,
}

/// Columns of a value with its place. The ciphertext can be large and is not needed for its data key.
const FIELD: &str = "select v.connection_id, c.type_name, c.name, v.field, v.account_id, v.field_revision, \
     v.key_id, v.sealed_data_key, v.nonce, ";
const SECRET: &str = "select v.secret_id, s.workflow_id, s.name, v.account_id, v.field_revision, \
     v.key_id, v.sealed_data_key, v.nonce, ";
const FIELDS: &str = "from field_values v join connections c on c.id = v.connection_id ";
const SECRETS: &str = "from secret_values v join secrets s on s.id = v.secret_id ";

fn field(row: &Row) -> Result<SealedRow, Error> {
    read(
        row,
        Owner::Field {
            connection: parsed(row, "connection_id")?,
            type_name: column(row, "type_name")?,
            name: column(row, "name")?,
            field: column(row, "field")?,
        },
    )
}

fn secret(row: &Row) -> Result<SealedRow, Error> {
    read(
        row,
        Owner::Secret {
            secret: parsed(row, "secret_id")?,
            workflow: parsed(row, "workflow_id")?,
            name: column(row, "name")?,
        },
    )
}

fn read(row: &Row, owner: Owner) -> Result<SealedRow, Error> {
    Ok(SealedRow {
        owner,
        account: parsed(row, "account_id")?,
        field_revision: counted(row, "field_revision")?,
        sealed: SealedBytes::read(row)?,
    })
}

/// Up to `limit` values that are sealed to this key and not known to be unopenable, without their
/// ciphertexts.
pub async fn sealed_to<S: Source + Copy>(
    source: S,
    key_id: &str,
    limit: u32,
) -> Result<Vec<SealedRow>, Error> {
    let end = "where v.key_id = $1 and v.unopenable_at is null limit $2";
    let fields = format!("{FIELD} v.nonce as ciphertext {FIELDS} {end}");
    let rows = sqlx::query(AssertSqlSafe(fields))
        .bind(key_id)
        .bind(i64::from(limit))
        .fetch_all(source.executor())
        .await?;
    let mut found = each(&rows, field)?;
    let left = i64::from(limit) - i64::try_from(found.len()).unwrap_or(i64::MAX);
    if left > 0 {
        let secrets = format!("{SECRET} v.nonce as ciphertext {SECRETS} {end}");
        let rows = sqlx::query(AssertSqlSafe(secrets))
            .bind(key_id)
            .bind(left)
            .fetch_all(source.executor())
            .await?;
        found.extend(each(&rows, secret)?);
    }
    Ok(found)
}

/// Up to `limit` values that did not open when they were tried, whole: those behind the one of
/// `after`, fields by connection and name first, then secrets.
pub async fn unopenable<S: Source + Copy>(
    source: S,
    after: Option<&Owner>,
    limit: u32,
) -> Result<Vec<SealedRow>, Error> {
    marked(source, "v.ciphertext", after, limit).await
}

/// The same without their ciphertexts, for what only needs their data keys.
pub async fn unopenable_keys<S: Source + Copy>(
    source: S,
    after: Option<&Owner>,
    limit: u32,
) -> Result<Vec<SealedRow>, Error> {
    marked(source, "v.nonce as ciphertext", after, limit).await
}

async fn marked<S: Source + Copy>(
    source: S,
    ciphertext: &str,
    after: Option<&Owner>,
    limit: u32,
) -> Result<Vec<SealedRow>, Error> {
    let limit = i64::from(limit);
    let mut found = Vec::new();
    let behind = match after {
        Some(Owner::Secret { secret, .. }) => secret.as_str(),
        fields => {
            let (connection, name) = match fields {
                Some(Owner::Field {
                    connection, field, ..
                }) => (connection.as_str(), field.as_str()),
                _ => ("", ""),
            };
            let fields = format!(
                "{FIELD} {ciphertext} {FIELDS} where v.unopenable_at is not null \
                 and (v.connection_id > $1 or (v.connection_id = $1 and v.field > $2)) \
                 order by v.connection_id, v.field limit $3"
            );
            let rows = sqlx::query(AssertSqlSafe(fields))
                .bind(connection)
                .bind(name)
                .bind(limit)
                .fetch_all(source.executor())
                .await?;
            found = each(&rows, field)?;
            ""
        }
    };
    let left = limit - i64::try_from(found.len()).unwrap_or(i64::MAX);
    if left > 0 {
        let secrets = format!(
            "{SECRET} {ciphertext} {SECRETS} where v.unopenable_at is not null \
             and v.secret_id > $1 order by v.secret_id limit $2"
        );
        let rows = sqlx::query(AssertSqlSafe(secrets))
            .bind(behind)
            .bind(left)
            .fetch_all(source.executor())
            .await?;
        found.extend(each(&rows, secret)?);
    }
    Ok(found)
}

/// The values of the connection or the secret of that id, whole.
pub async fn of(tx: &mut Tx, id: &str) -> Result<Vec<SealedRow>, Error> {
    let fields = format!("{FIELD} v.ciphertext {FIELDS} where v.connection_id = $1");
    let rows = sqlx::query(AssertSqlSafe(fields))
        .bind(id)
        .fetch_all(tx.connection())
        .await?;
    let mut found = each(&rows, field)?;
    let secrets = format!("{SECRET} v.ciphertext {SECRETS} where v.secret_id = $1");
    let rows = sqlx::query(AssertSqlSafe(secrets))
        .bind(id)
        .fetch_all(tx.connection())
        .await?;
    found.extend(each(&rows, secret)?);
    Ok(found)
}

/// How many values need an older key than `current`, and are not known to be unopenable.
pub async fn left(source: impl Source, current: &str) -> Result<u64, Error> {
    let row = sqlx::query(
        "select (select count(*) from field_values \
                 where key_id <> $1 and unopenable_at is null) \
              + (select count(*) from secret_values \
                 where key_id <> $1 and unopenable_at is null) as number",
    )
    .bind(current)
    .fetch_one(source.executor())
    .await?;
    counted(&row, "number")
}

/// Puts the data keys in their places. A value that was overwritten meanwhile keeps what it has.
/// Answers how many were changed.
pub async fn put(
    tx: &mut Tx,
    key_id: &str,
    resealed: &[Resealed],
    entry: &Entry,
) -> Result<u64, Error> {
    let mut changed = put_fields(tx, key_id, resealed).await?;
    for one in resealed {
        if let Owner::Secret { secret, .. } = &one.owner {
            changed += sqlx::query(
                "update secret_values set key_id = $1, sealed_data_key = $2 \
                 where secret_id = $3 and sealed_data_key = $4",
            )
            .bind(key_id)
            .bind(&*one.after)
            .bind(secret.as_str())
            .bind(&*one.before)
            .execute(tx.connection())
            .await?
            .rows_affected();
        }
    }
    ledger::append_changed(tx, changed, entry).await?;
    Ok(changed)
}

/// Fields are the most, so they go in one statement.
async fn put_fields(tx: &mut Tx, key_id: &str, resealed: &[Resealed]) -> Result<u64, Error> {
    let fields: Vec<_> = resealed
        .iter()
        .filter_map(|one| match &one.owner {
            Owner::Field {
                connection, field, ..
            } => Some((connection, field, one)),
            Owner::Secret { .. } => None,
        })
        .collect();
    if fields.is_empty() {
        return Ok(0);
    }
    let rows = places(fields.len(), 4);
    let key = 4 * fields.len() + 1;
    let statement = format!(
        "with fresh (connection_id, field, before, after) as (values {rows}) \
         update field_values set key_id = ${key}, sealed_data_key = fresh.after from fresh \
         where field_values.connection_id = fresh.connection_id \
         and field_values.field = fresh.field and field_values.sealed_data_key = fresh.before"
    );
    let mut query = sqlx::query(AssertSqlSafe(statement));
    for (connection, field, one) in fields {
        query = query
            .bind(connection.as_str())
            .bind(&**field)
            .bind(&*one.before)
            .bind(&*one.after);
    }
    Ok(query
        .bind(key_id)
        .execute(tx.connection())
        .await?
        .rows_affected())
}

/// Marks a value as one that does not open, or takes the mark back. A value that was overwritten
/// meanwhile is left alone; answers whether the mark is new.
pub async fn mark(
    tx: &mut Tx,
    row: &SealedRow,
    unopenable_at: Option<Timestamp>,
    entry: &Entry,
) -> Result<bool, Error> {
    let known = match unopenable_at {
        Some(_) => "unopenable_at is null",
        None => "unopenable_at is not null",
    };
    let done = match &row.owner {
        Owner::Field {
            connection, field, ..
        } => {
            let statement = format!(
                "update field_values set unopenable_at = $1 where connection_id = $2 \
                 and field = $3 and sealed_data_key = $4 and {known}"
            );
            sqlx::query(AssertSqlSafe(statement))
                .bind(unopenable_at.map(|at| at.0))
                .bind(connection.as_str())
                .bind(&**field)
                .bind(&*row.sealed.sealed_data_key)
                .execute(tx.connection())
                .await?
        }
        Owner::Secret { secret, .. } => {
            let statement = format!(
                "update secret_values set unopenable_at = $1 where secret_id = $2 \
                 and sealed_data_key = $3 and {known}"
            );
            sqlx::query(AssertSqlSafe(statement))
                .bind(unopenable_at.map(|at| at.0))
                .bind(secret.as_str())
                .bind(&*row.sealed.sealed_data_key)
                .execute(tx.connection())
                .await?
        }
    };
    ledger::append_changed(tx, done.rows_affected(), entry).await
}

/// Marks everything that is sealed to a key which is lost; answers how many values that are.
pub async fn give_up(tx: &mut Tx, key_id: &str, entry: &Entry) -> Result<u64, Error> {
    let mut given_up = 0;
    for statement in [
        "update field_values set unopenable_at = $1 where key_id = $2 and unopenable_at is null",
        "update secret_values set unopenable_at = $1 where key_id = $2 and unopenable_at is null",
    ] {
        given_up += sqlx::query(statement)
            .bind(entry.at.0)
            .bind(key_id)
            .execute(tx.connection())
            .await?
            .rows_affected();
    }
    ledger::append_changed(tx, given_up, entry).await?;
    Ok(given_up)
}
